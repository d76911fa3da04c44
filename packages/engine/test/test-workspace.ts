/**
 * A workspace in a temporary folder with one pipeline whose tasks are plain text: `emit X` lines make the data product,
 * the whole source makes the notebook. Real store, real records, real locks; only the kernel is scripted.
 */
import {
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Pipeline } from '@nx-notebook/pipeline';
import type { ImportQuery, ReachedImports } from '@nx-notebook/python';
import { digestProduct, openDiskStore } from '@nx-notebook/store';
import {
  build,
  openRecordBook,
  recordsFolder,
  type BuildEvent,
  type BuildOptions,
  type EngineParts,
  type TaskOutcome,
  type TaskRef,
} from '../src/index.js';
import { ScriptedRunner } from './scripted-runner.js';
import { pipelineOf, type TaskText } from './task-text.js';

export { pipelineOf, type CallText, type TaskText } from './task-text.js';

export class TestWorkspace {
  readonly root: string;
  readonly events: BuildEvent[] = [];
  /** Installed, and reached by every import. */
  readonly distributions: Record<string, string> = {};
  /** Installed, and reached by an import of this name. */
  readonly installed: Record<string, string> = {};
  runner = new ScriptedRunner();

  private constructor(root: string) {
    this.root = root;
  }

  static async create(): Promise<TestWorkspace> {
    const folder = await mkdtemp(join(tmpdir(), 'nxnb-engine-'));
    const root = join(await realpath(folder), 'workspace');
    await mkdir(join(root, 'ml'), { recursive: true });
    return new TestWorkspace(root);
  }

  /** A workspace that another process made and disposes of. */
  static open(root: string): TestWorkspace {
    return new TestWorkspace(root);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(dirname(this.root), { recursive: true, force: true });
  }

  path(path: string): string {
    return join(this.root, 'ml', path);
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(path)), { recursive: true });
    await writeFile(this.path(path), text);
  }

  /** Text of a file of the pipeline, or nothing when there is none. */
  async read(path: string): Promise<string | undefined> {
    return readFile(this.path(path), 'utf8').catch(() => undefined);
  }

  parts(changes: Partial<EngineParts> = {}): EngineParts {
    return {
      workspaceRoot: this.root,
      store: openDiskStore({
        root: join(dirname(this.root), 'store'),
        onWarning: (message) => {
          throw new Error(message);
        },
      }),
      records: openRecordBook(recordsFolder(this.root)),
      runner: () => Promise.resolve(this.runner),
      reporter: { handle: (event) => this.events.push(event) },
      python: () =>
        Promise.resolve({
          ok: true,
          origin: 'the test',
          interpreter: {
            path: '/usr/bin/python3',
            version: '3.11',
            sitePackages: [],
          },
        }),
      digest: ({ name, path }) => digestProduct(name, path),
      imports: (query) => Promise.resolve(this.#reach(query)),
      relation: ({ task }) => Promise.resolve(this.runner.database.ask(task)),
      ...changes,
    };
  }

  /** Runs a build to its end; `clean: executed` and so on, in the order of the pipeline. */
  async build(
    tasks: readonly TaskText[],
    options: Partial<BuildOptions> = {},
    changes: Partial<EngineParts> = {},
  ): Promise<Record<string, TaskOutcome['status']>> {
    const outcomes = await this.outcomes(tasks, options, changes);
    return Object.fromEntries(
      tasks.map(({ name }) => {
        const own = outcomes.filter(({ ref }) => ref.task.name === name);
        if (own.length !== 1)
          throw new Error(`${name}: ${own.length} outcomes`);
        return [name, own[0]?.status ?? 'skipped'];
      }),
    );
  }

  async outcomes(
    tasks: readonly TaskText[],
    options: Partial<BuildOptions> = {},
    changes: Partial<EngineParts> = {},
  ): Promise<TaskOutcome[]> {
    return this.buildRefs(this.refs(tasks), options, changes);
  }

  /** Builds some tasks of a pipeline. */
  async buildRefs(
    refs: readonly TaskRef[],
    options: Partial<BuildOptions> = {},
    changes: Partial<EngineParts> = {},
  ): Promise<TaskOutcome[]> {
    const outcomes: TaskOutcome[] = [];
    const { signal } = new AbortController();
    const all = { kernels: 2, signal, ...options };
    for await (const outcome of build(refs, this.parts(changes), all)) {
      outcomes.push(outcome);
    }
    return outcomes;
  }

  refs(
    tasks: readonly TaskText[],
    project = 'ml',
    changes: Partial<Pipeline> = {},
  ): TaskRef[] {
    const pipeline = pipelineOf(join(this.root, 'ml'), tasks, changes);
    return pipeline.tasks.map((task) => ({ project, pipeline, task }));
  }

  #reach({ facts }: ImportQuery): ReachedImports {
    const modules = facts.imports.map(({ module }) => module);
    return {
      files: modules
        .filter((module) => module.endsWith('.py'))
        .map((module) => this.path(module)),
      unresolved: [],
      absent: [],
      distributions: {
        ...this.distributions,
        ...Object.fromEntries(
          Object.entries(this.installed).filter(([name]) =>
            modules.includes(name),
          ),
        ),
      },
    };
  }
}
