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
import type { Pipeline, Task, Upstream } from '@nx-notebook/pipeline';
import type { ImportQuery, PyValue, ReachedImports } from '@nx-notebook/python';
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

/** One task as a test states it. */
export interface TaskText {
  readonly name: string;
  /** Lines of the only code cell. */
  readonly source: string;
  readonly params?: Readonly<Record<string, number>>;
  /** Task -> product keys that are read. */
  readonly upstream?: Readonly<Record<string, readonly string[]>>;
  /** Local modules below the pipeline's folder that are imported. */
  readonly imports?: readonly string[];
  readonly resources?: readonly string[];
  /** Default: `data` and `nb`. */
  readonly products?: readonly string[];
}

export class TestWorkspace {
  readonly root: string;
  readonly events: BuildEvent[] = [];
  readonly distributions: Record<string, string> = {};
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

  refs(tasks: readonly TaskText[], project = 'ml'): TaskRef[] {
    const pipeline = pipelineOf(join(this.root, 'ml'), tasks);
    return pipeline.tasks.map((task) => ({ project, pipeline, task }));
  }

  #reach({ facts, folder }: ImportQuery): ReachedImports {
    return {
      files: facts.imports.map(({ module }) => join(folder, module)),
      unresolved: [],
      absent: [],
      distributions: this.distributions,
    };
  }
}

export function pipelineOf(
  folder: string,
  tasks: readonly TaskText[],
): Pipeline {
  return {
    name: 'ml',
    folder,
    file: join(folder, 'pipeline.yaml'),
    tasks: tasks.map((task) => taskOf(folder, task)),
    warnings: [],
    reads: [],
    absent: [],
  };
}

function taskOf(folder: string, text: TaskText): Task {
  const file = join(folder, 'pipeline.yaml');
  return {
    name: text.name,
    source: {
      path: `${text.name}.py`,
      absolutePath: join(folder, `${text.name}.py`),
      format: 'percent',
      language: 'python',
      notebook: {
        cells: [{ type: 'code', source: text.source, metadata: {} }],
        metadata: {},
      },
      parametersCell: 0,
      kernelName: 'python3',
      facts: {
        imports: (text.imports ?? []).map((module) => ({
          module,
          level: 0,
          names: [],
        })),
        importsAnything: false,
        paths: [],
        upstreamUse: { kind: 'subscripts', paths: [] },
      },
    },
    product: {
      kind: 'mapping',
      products: (text.products ?? ['data', 'nb']).map((key) => ({
        key,
        path: productPath(text.name, key),
        absolutePath: join(folder, productPath(text.name, key)),
        isNotebook: key === 'nb',
      })),
    },
    params: Object.entries(text.params ?? {}).map(([name, value]) => ({
      name,
      value: { kind: 'int', value: BigInt(value) } satisfies PyValue,
    })),
    upstream: Object.entries(text.upstream ?? {}).map(
      ([task, reads]): Upstream => ({ task, reads }),
    ),
    resources: (text.resources ?? []).map((path) => ({
      name: path,
      path,
      absolutePath: join(folder, path),
    })),
    location: { file, line: 1, column: 1, length: 1, lineText: '' },
  };
}

function productPath(task: string, key: string): string {
  return key === 'nb' ? `out/${task}.ipynb` : `out/${task}.${key}`;
}
