/** A runner with real kernels for a suite: tasks go in, outcomes and what was printed come out. */
import type { RunOutcome, TaskFailure } from '@nx-notebook/engine';
import { createKernelHost } from '@nx-notebook/kernel';
import { injectedCell, type Pipeline, type Task } from '@nx-notebook/pipeline';
import {
  createKernelRunner,
  type KernelRunner,
} from '../../src/kernel-runner.js';
import type { PipelineHook } from '../../src/kinds/pipeline-hook.js';
import type { Limits } from '../../src/run-context.js';
import { python } from './kernels.js';

/** What an execution did. */
export interface Ran {
  readonly outcome: RunOutcome;
  readonly printed: string;
  /** The message, place, output and traceback of a failure, as one text. */
  readonly failure: string;
}

/** How a task is executed. */
export interface RunOptions {
  readonly limits?: Limits;
  readonly signal?: AbortSignal;
  readonly onText?: (text: string) => void;
}

/** A runner over one kernel host, shared by the tests of a suite. */
export class KernelBench {
  readonly #runner: KernelRunner;
  #limits: Limits = {};
  #root = '/';

  constructor() {
    this.#runner = createKernelRunner({
      // Tests have folders of their own; places are absolute then.
      workspaceRoot: '/nowhere',
      python: () =>
        Promise.resolve({
          ok: true,
          origin: 'test',
          interpreter: { path: python, version: '3', sitePackages: [] },
        }),
      limits: () => this.#limits,
      openHost: (interpreter) =>
        createKernelHost({ python: interpreter, workspaceRoot: '/nowhere' }),
    });
  }

  /** Executes the last task of a pipeline. */
  async run(
    pipeline: Pipeline,
    { limits = {}, signal, onText }: RunOptions = {},
  ): Promise<Ran> {
    this.#limits = limits;
    this.#root = pipeline.folder;
    const task = pipeline.tasks.at(-1) as Task;
    const text: string[] = [];
    const isCell = ['notebook', 'script'].includes(task.source.kind);
    const outcome = await this.#runner.run(
      {
        project: 'ml',
        pipeline,
        task,
        key: 'k',
        injected: isCell ? injectedCell(pipeline, task).source : '',
      },
      {
        cellStarted: () => undefined,
        cellFinished: () => undefined,
        streamed: (piece) => {
          text.push(piece.text);
          onText?.(piece.text);
        },
      },
      signal ?? new AbortController().signal,
    );
    const failure =
      outcome.status === 'failed' ? this.#textOf(outcome.failure) : '';
    return { outcome, printed: text.join(''), failure };
  }

  /** Calls a hook of a pipeline. */
  async callHook(
    pipeline: Pipeline,
    hook: PipelineHook,
  ): Promise<{ readonly failure: string; readonly printed: string }> {
    this.#root = pipeline.folder;
    const text: string[] = [];
    const failure = await this.#runner.callHook(
      { project: 'ml', pipeline },
      hook,
      {
        cellStarted: () => undefined,
        cellFinished: () => undefined,
        streamed: (piece) => text.push(piece.text),
      },
      new AbortController().signal,
    );
    return {
      failure: failure === undefined ? '' : this.#textOf(failure),
      printed: text.join(''),
    };
  }

  dispose(): Promise<void> {
    return this.#runner.dispose();
  }

  #textOf(failure: TaskFailure): string {
    const detail = 'detail' in failure ? failure.detail : [];
    return [failure.message, ...(failure.hint ? [failure.hint] : []), ...detail]
      .join('\n')
      .replaceAll(`${this.#root}/`, '');
  }
}
