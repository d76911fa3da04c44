/** A runner whose tasks end when a test says so, and write what the test says. */
import { productsOf } from '@nx-notebook/pipeline';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type RunObserver,
  type RunOutcome,
  type RunRequest,
  type TaskRunner,
} from '../src/index.js';

/** What a run does, instead of writing every product. */
export type Script = (
  request: RunRequest,
  signal: AbortSignal,
  observer: RunObserver,
) => Promise<RunOutcome>;

export const succeeded: RunOutcome = { status: 'succeeded', cells: [] };

export function failed(message: string): RunOutcome {
  return {
    status: 'failed',
    cells: [],
    failure: {
      reason: 'execution-failed',
      cause: 'cell-failed',
      message,
      detail: [],
    },
  };
}

export class ScriptedRunner implements TaskRunner {
  /** Names of the tasks that ran, in the order in which they began. */
  readonly runs: string[] = [];
  readonly #scripts = new Map<string, Script>();
  readonly #begun = new Map<string, PromiseWithResolvers>();
  running = 0;
  mostRunning = 0;

  script(task: string, script: Script): void {
    this.#scripts.set(task, script);
  }

  /** Resolves when the task runs. */
  async begun(task: string): Promise<void> {
    await this.#gate(task).promise;
  }

  /** Lets a task wait until the returned function is called; then it writes its products. */
  hold(task: string): () => void {
    const gate = withResolvers();
    this.script(task, async (request) => {
      await gate.promise;
      return writeProducts(request);
    });
    return gate.resolve;
  }

  async run(
    request: RunRequest,
    observer: RunObserver,
    signal: AbortSignal,
  ): Promise<RunOutcome> {
    const { name } = request.task;
    this.runs.push(name);
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    try {
      this.#gate(name).resolve();
      const script = this.#scripts.get(name) ?? writeProducts;
      return await script(request, signal, observer);
    } finally {
      this.running -= 1;
    }
  }

  async dispose(): Promise<void> {
    await Promise.resolve();
  }

  #gate(task: string): PromiseWithResolvers {
    const gate = this.#begun.get(task) ?? withResolvers();
    this.#begun.set(task, gate);
    return gate;
  }
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** `emit X` lines and upstream data make the data, the whole source makes the notebook. */
export async function writeProducts(request: RunRequest): Promise<RunOutcome> {
  const source = request.task.source.notebook.cells[0]?.source ?? '';
  const lines = source.split('\n').filter((line) => line.startsWith('emit '));
  for (const { task, reads } of request.task.upstream) {
    const upstream = request.pipeline.tasks.find(({ name }) => name === task);
    for (const product of upstream === undefined ? [] : productsOf(upstream)) {
      if (!reads.includes(product.key)) continue;
      lines.push(await readFile(product.absolutePath, 'utf8'));
    }
  }
  for (const product of productsOf(request.task)) {
    const text = product.isNotebook
      ? `${request.injected}\n${source}`
      : [request.injected, ...lines].join('\n');
    await mkdir(dirname(product.absolutePath), { recursive: true });
    await writeFile(product.absolutePath, text);
  }
  return succeeded;
}
