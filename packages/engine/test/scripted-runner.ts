/** A runner whose tasks end when a test says so, and write what the test says. */
import { callsOf, productsOf, type Task } from '@nx-notebook/pipeline';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type RelationAnswer,
  type RunObserver,
  type RunOutcome,
  type RunRequest,
  type TaskRunner,
} from '../src/index.js';
import { givenText } from '../src/given-text.js';

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
  readonly database = new ScriptedDatabase();
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
      return await this.database.noting(request.task, () =>
        script(request, signal, observer),
      );
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
  const source = sourceText(request.task);
  const given = givenText(request).source;
  const lines = emitted(request, source);
  for (const { task, reads } of request.task.upstream) {
    const upstream = request.pipeline.tasks.find(({ name }) => name === task);
    for (const product of upstream === undefined ? [] : productsOf(upstream)) {
      if (!reads.includes(product.key)) continue;
      lines.push(await readFile(product.absolutePath, 'utf8'));
    }
  }
  for (const product of productsOf(request.task)) {
    const text = product.isNotebook
      ? `${given}\n${source}`
      : [given, ...lines].join('\n');
    await mkdir(dirname(product.absolutePath), { recursive: true });
    await writeFile(product.absolutePath, text);
  }
  return succeeded;
}

/** What the task's own text and all functions that it calls emit. */
function emitted({ task }: RunRequest, source: string): string[] {
  const called = callsOf(task)
    .filter(({ role }) => role !== 'source')
    .map(({ call }) => call.location.lineText);
  return [source, ...called]
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.startsWith('emit '));
}

/** The text that a task executes. */
export function sourceText({ source }: Task): string {
  switch (source.kind) {
    case 'notebook':
    case 'script':
      return source.notebook.cells[0]?.source ?? '';
    case 'function':
    case 'hook':
      return source.call.location.lineText;
    case 'shell':
    case 'sql-script':
    case 'sql-dump':
      return source.text;
  }
}

/** A database that keeps notes of what made its relations. */
export class ScriptedDatabase {
  /** Relation -> stamp. */
  readonly stamps = new Map<string, string>();
  /** Why it does not answer. */
  trouble: string | undefined;
  #executions = 0;

  ask({ product }: Task): RelationAnswer {
    if (this.trouble !== undefined) {
      return { status: 'unknown', message: this.trouble };
    }
    const name = product.kind === 'relation' ? product.relation.name : '';
    const stamp = this.stamps.get(name);
    return stamp === undefined
      ? { status: 'absent' }
      : { status: 'stamped', stamp };
  }

  /** As every runner does it: the note goes before the script begins, and comes back after everything else. */
  async noting(
    { product }: Task,
    run: () => Promise<RunOutcome>,
  ): Promise<RunOutcome> {
    if (product.kind !== 'relation' || !product.relation.isStamped)
      return run();
    const { name } = product.relation;
    this.stamps.delete(name);
    const outcome = await run();
    if (outcome.status === 'failed') return outcome;
    this.#executions += 1;
    const relationStamp = `execution ${this.#executions}`;
    this.stamps.set(name, relationStamp);
    return { ...outcome, relationStamp };
  }
}
