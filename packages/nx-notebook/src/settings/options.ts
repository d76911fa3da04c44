/**
 * The plugin's options as they stand in nx.json, as types: the documentation that editors show. What they become
 * is in settings.ts.
 */

/** Options of `nx-notebook` in the `plugins` of nx.json. */
export interface NxNotebookOptions {
  /**
   * Name of the target that executes a whole pipeline; its tasks are `<targetName>--<task>`. Changing it renames
   * targets, so scripts and CI must follow. Not overridable by the environment: the graph is shared.
   *
   * @default "execute"
   */
  readonly targetName?: string;
  /**
   * The Python interpreter: a path relative to the workspace root, or a command. Its version and packages are part of
   * every key, so another environment executes again.
   *
   * @default the nearest `.venv` or `venv` between a pipeline and the workspace root, then VIRTUAL_ENV, CONDA_PREFIX, `python3`
   */
  readonly python?: string;
  /**
   * Tasks that run in kernels at once within one batch. More use more memory.
   *
   * @default the number of cores
   */
  readonly kernels?: number;
  /**
   * Folder of the local store, absolute or relative to the workspace root. One folder serves all clones of a
   * machine; another folder starts empty.
   *
   * @default the user's cache folder
   */
  readonly localStore?: string;
  /**
   * Size above which the local store drops what was used least recently: bytes, or a text such as `"20 GB"`.
   *
   * @default a tenth of the disk, at most 10 GB
   */
  readonly localStoreMaxSize?: number | string;
  /**
   * Longest time of one cell: seconds, or a text such as `"10m"`. The cell is interrupted, then its kernel killed, and
   * the task fails. Not part of the key.
   *
   * @default no limit
   */
  readonly cellTimeout?: number | string;
  /**
   * Longest time of one task, the start of its kernel included. Not part of the key.
   *
   * @default no limit
   */
  readonly taskTimeout?: number | string;
  /**
   * Outputs of one cell above this size are cut, with a notice in the executed notebook.
   *
   * @default "10 MB"
   */
  readonly maxCellOutput?: number | string;
  /**
   * The team's store: `"s3://bucket/prefix"`, or `"file:///absolute/folder"` on a network drive. What others executed is
   * restored from it. Credentials never stand here: the AWS SDK finds them as every AWS tool does (`AWS_PROFILE`,
   * `AWS_ACCESS_KEY_ID`, roles of the machine). Not part of the key.
   *
   * @default none: results stay on this machine
   */
  readonly store?: string;
  /**
   * `"read"` takes results, `"read-write"` also gives this machine's, `"off"` uses the local store alone.
   *
   * @default "read-write" where a scope is given, else "read"
   */
  readonly storeAccess?: 'read' | 'read-write' | 'off';
  /**
   * Where results go: `"trusted"` is what everybody reads, for CI of protected branches; any other name is an area that
   * only runs of the same name read, for pull requests. Usually set by CI in NX_NOTEBOOK_STORE_SCOPE. What a run may
   * really write is up to its credentials.
   *
   * @default "trusted" with `storeAccess: "read-write"`, else none
   */
  readonly storeScope?: string;
  /** @default as the AWS SDK finds it */
  readonly storeRegion?: string;
  /**
   * Address of an S3-compatible server, such as `"https://minio.example.com:9000"`.
   *
   * @default AWS, or `AWS_ENDPOINT_URL_S3`
   */
  readonly storeEndpoint?: string;
  /**
   * Whether the bucket's name stands in the path, as most S3-compatible servers want it.
   *
   * @default true with an endpoint that is not AWS
   */
  readonly storePathStyle?: boolean;
  /**
   * A profile of `~/.aws/config`.
   *
   * @default AWS_PROFILE, or the SDK's other ways
   */
  readonly storeProfile?: string;
  /**
   * How long a run waits at its end for uploads; what is left is given up with a warning.
   *
   * @default "5m"
   */
  readonly storeUploadWait?: number | string;
  /**
   * Public keys (PEM, or paths of PEM files) of those whose results are taken. With at least one, results without a
   * valid signature are misses. The private key comes only from NX_NOTEBOOK_STORE_SIGNING_KEY.
   *
   * @default signatures are not looked at
   */
  readonly storePublicKeys?: readonly string[];
  /**
   * Also keeps the results of all other targets of the workspace in the store, through a small server that the plugin
   * starts for the time of a run.
   *
   * @default false
   */
  readonly nxCache?: boolean;
  /**
   * Notebooks without a pipeline.yaml: folders, or globs of files, relative to the workspace root. Every `.ipynb`, `.py`,
   * `.R`, `.r` and `.Rmd` of one entry is a task; it says itself what it needs and what it makes (`upstream` and
   * `product` in its parameters cell). The project lies in the folder, or where the glob begins; entries of the same
   * folder are one project, and a folder with a pipeline.yaml is left to that. Not overridable by the environment: the
   * graph is shared.
   *
   * @default none
   */
  readonly notebooks?: readonly string[];
  /**
   * Injects absolute paths, as Ploomber does, into `product`, `upstream` and `resources_`: for notebooks that change
   * their directory. Executed notebooks and keys then hold the folder of this machine, so nobody else's results fit.
   *
   * @default false: relative to the working directory of the task
   */
  readonly absolutePaths?: boolean;
}

/** What one target may set for itself, in project.json or `targetDefaults`. */
export interface TaskLimits {
  readonly cellTimeout?: number | string;
  readonly taskTimeout?: number | string;
}
