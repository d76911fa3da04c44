/**
 * A fresh Nx workspace on disk for one test: its own home, caches and store, with the packages as a user gets them.
 * Counts executions from outside, by what the notebooks append to `runs.log`. Ends with `await using`: whatever it
 * started is killed and its folder removed, unless KEEP_TEST_WORKSPACE is set.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { RunningCommand, type CommandResult } from './nx-command.js';
import { processesWith, type ProcessInfo } from './processes.js';

/** A run of Nx with what its own report says of the tasks. */
export interface NxRun extends CommandResult {
  /** Task id -> how Nx saw it. Empty when Nx wrote no report. */
  readonly tasks: Readonly<Record<string, NxTask>>;
}

/** A task in Nx's report. */
export interface NxTask {
  readonly cacheStatus: 'cache-miss' | 'local-cache-hit' | 'remote-cache-hit';
  readonly exitCode: number;
}

/** How a workspace is made. */
export interface TestWorkspaceOptions {
  /** A workspace with the packages installed, whose node_modules are hard-linked and whose package.json is copied. */
  readonly installation: string;
  /** The interpreter of the notebooks. */
  readonly python: string;
  readonly daemon?: boolean;
  /** Added to the environment of every command. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written before the first commit. */
  readonly files?: Readonly<Record<string, string>>;
}

const MARKER = 'NX_NOTEBOOK_TEST_WORKSPACE';
const execute = promisify(execFile);

const GITIGNORE = ['node_modules', '.nx', 'out*', 'runs.log', '__pycache__'];

/** The workspace. */
export class TestWorkspace implements AsyncDisposable {
  readonly #folder: string;
  readonly #options: TestWorkspaceOptions;
  #root: string;

  private constructor(folder: string, options: TestWorkspaceOptions) {
    this.#folder = folder;
    this.#root = join(folder, 'workspace');
    this.#options = options;
  }

  /** Makes the workspace with one commit. */
  static async create(options: TestWorkspaceOptions): Promise<TestWorkspace> {
    const folder = await realpath(
      await mkdtemp(join(tmpdir(), 'nx-notebook-')),
    );
    const workspace = new TestWorkspace(folder, options);
    await mkdir(workspace.root);
    await mkdir(join(folder, 'home'));
    await linkTree(options.installation, workspace.root);
    const manifest = join(options.installation, 'package.json');
    await workspace.write({
      '.gitignore': `${GITIGNORE.join('\n')}\n`,
      'package.json': await readFile(manifest, 'utf8'),
      'nx.json': json({
        analytics: false,
        neverConnectToCloud: true,
        defaultBase: 'main',
        plugins: [{ plugin: 'nx-notebook', options: {} }],
      }),
      ...options.files,
    });
    await workspace.git('init', '--quiet', '--initial-branch=main');
    await workspace.commit();
    return workspace;
  }

  /** Absolute folder of the workspace. */
  get root(): string {
    return this.#root;
  }

  /** The variable that marks every process of the workspace, and its value; see `processesWith`. */
  get marker(): readonly [name: string, value: string] {
    return [MARKER, this.#folder];
  }

  /** Absolute path of a file in the workspace. */
  path(...parts: readonly string[]): string {
    return join(this.#root, ...parts);
  }

  /** Writes files, with the folders that they need. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(this.path(path)), { recursive: true });
      await writeFile(this.path(path), text);
    }
  }

  /** The text of a file. */
  read(path: string): Promise<string> {
    return readFile(this.path(path), 'utf8');
  }

  /** Whether there is such a file or folder. */
  has(path: string): boolean {
    return existsSync(this.path(path));
  }

  /** Replaces text in a file; throws when the text is not in it. */
  async edit(path: string, before: string, after: string): Promise<void> {
    const text = await this.read(path);
    if (!text.includes(before)) throw new Error(`${path} has no ${before}`);
    await this.write({ [path]: text.replace(before, after) });
  }

  /** Removes a file or folder. */
  async remove(path: string): Promise<void> {
    await rm(this.path(path), { recursive: true, force: true });
  }

  /** Moves the whole workspace to another path on the same disk. */
  async move(): Promise<void> {
    const target = join(this.#folder, 'moved', 'elsewhere');
    await mkdir(dirname(target), { recursive: true });
    await rename(this.#root, target);
    this.#root = target;
  }

  /** Commits everything. */
  async commit(): Promise<void> {
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--message', 'state of the test');
  }

  /** Runs git in the workspace. */
  async git(...args: readonly string[]): Promise<string> {
    const { stdout } = await execute('git', args, {
      cwd: this.#root,
      env: this.#environment(),
    });
    return stdout;
  }

  /** Runs Nx to its end. */
  async nx(...args: readonly string[]): Promise<NxRun> {
    return this.nxWith({}, ...args);
  }

  /** Runs Nx to its end with further variables. */
  async nxWith(
    env: Readonly<Record<string, string>>,
    ...args: readonly string[]
  ): Promise<NxRun> {
    const report = join(this.#folder, 'nx-cache', 'run.json');
    await rm(report, { force: true });
    const result = await this.startWith(env, ...args).result();
    return { ...result, tasks: await readReport(report) };
  }

  /** Runs Nx to its end, and throws with its output unless it succeeded. */
  async succeed(...args: readonly string[]): Promise<NxRun> {
    const run = await this.nx(...args);
    if (run.exitCode !== 0)
      throw new Error(
        `nx ${args.join(' ')} ended with code ${run.exitCode}:\n${run.output}`,
      );
    return run;
  }

  /** Starts Nx, for a test that interrupts it. */
  start(...args: readonly string[]): RunningCommand {
    return this.startWith({}, ...args);
  }

  /** Starts Nx with further variables. */
  startWith(
    env: Readonly<Record<string, string>>,
    ...args: readonly string[]
  ): RunningCommand {
    const nx = this.path('node_modules', '.bin', 'nx');
    return this.command([nx, ...args], env);
  }

  /** Starts any program in the environment of the workspace. */
  command(
    [command, ...args]: readonly [string, ...string[]],
    env: Readonly<Record<string, string>> = {},
  ): RunningCommand {
    return new RunningCommand({
      command,
      args,
      cwd: this.#root,
      env: { ...this.#environment(), ...env },
    });
  }

  /** Prints JSON from Nx, for example `show project ml --json`. */
  async nxJson(...args: readonly string[]): Promise<unknown> {
    const { output } = await this.succeed(...args);
    return JSON.parse(output.slice(output.search(/^[[{]/m)));
  }

  /** The tasks that were executed in a pipeline's folder since the last call, sorted. */
  async takeExecutions(folder: string): Promise<readonly string[]> {
    const log = join(folder, 'runs.log');
    if (!this.has(log)) return [];
    const names = (await this.read(log)).split('\n').filter(Boolean);
    await this.remove(log);
    return names.sort();
  }

  /** What lives of all that the workspace ever started, Nx's daemon and its children apart. */
  async processes(): Promise<readonly ProcessInfo[]> {
    const all = await processesWith(...this.marker);
    return this.#options.daemon === true
      ? all.filter(({ command }) => !isDaemon(command))
      : all;
  }

  /** Kills what is left and removes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { pid } of await processesWith(...this.marker)) kill(pid);
    if (process.env['KEEP_TEST_WORKSPACE'] === undefined)
      await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #environment(): NodeJS.ProcessEnv {
    const isForeign = (name: string): boolean =>
      /^(NX_|npm_|JEST_|GIT_|XDG_|JUPYTER|IPYTHON|NODE_OPTIONS$|CI$|VIRTUAL_ENV$|FORCE_COLOR$)/i.test(
        name,
      );
    const inherited = Object.entries(process.env).filter(
      ([name]) => !isForeign(name),
    );
    return {
      ...Object.fromEntries(inherited),
      HOME: join(this.#folder, 'home'),
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'test',
      GIT_AUTHOR_EMAIL: 'test@localhost',
      GIT_COMMITTER_NAME: 'test',
      GIT_COMMITTER_EMAIL: 'test@localhost',
      NO_COLOR: '1',
      NX_TUI: 'false',
      NX_DAEMON: String(this.#options.daemon === true),
      NX_CACHE_DIRECTORY: join(this.#folder, 'nx-cache'),
      NX_NOTEBOOK_LOCAL_STORE: join(this.#folder, 'store'),
      NX_NOTEBOOK_PYTHON: this.#options.python,
      [MARKER]: this.#folder,
      ...this.#options.env,
    };
  }
}

/** Hard links, which take no space and little time; a copy where the temporary folder is on another disk. */
async function linkTree(installation: string, target: string): Promise<void> {
  const source = join(installation, 'node_modules');
  await execute('cp', ['-al', source, target]).catch(async () => {
    await rm(join(target, 'node_modules'), { recursive: true, force: true });
    await execute('cp', ['-a', source, target]);
  });
}

async function readReport(
  file: string,
): Promise<Readonly<Record<string, NxTask>>> {
  const text = await readFile(file, 'utf8').catch(() => '{"tasks":[]}');
  const { tasks } = JSON.parse(text) as {
    readonly tasks: readonly {
      readonly taskId: string;
      readonly cacheStatus: NxTask['cacheStatus'];
      readonly status: number;
    }[];
  };
  return Object.fromEntries(
    tasks.map(({ taskId, cacheStatus, status }) => [
      taskId,
      { cacheStatus, exitCode: status },
    ]),
  );
}

function isDaemon(command: string): boolean {
  return /nx[/\\].*(daemon[/\\]server|plugin-worker)/.test(command);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
