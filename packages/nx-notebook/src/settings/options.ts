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
}

/** What one target may set for itself, in project.json or `targetDefaults`. */
export interface TaskLimits {
  readonly cellTimeout?: number | string;
  readonly taskTimeout?: number | string;
}
