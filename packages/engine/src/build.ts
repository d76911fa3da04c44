/**
 * The build loop: every task once, in dependency order, as soon as what it reads is there, the most urgent first. A failed
 * task stops what is behind it and nothing else. Knows nothing of how a task is brought up to date.
 */
import { setMaxListeners } from 'node:events';
import { assessTask } from './assess-task.js';
import { BuildState } from './build-state.js';
import { TaskBringing } from './bring-up-to-date.js';
import { codeErrors, refusalOf } from './code-problems.js';
import type { BuildOptions, EngineParts } from './engine.js';
import type { TaskOutcome } from './event.js';
import { OutcomeQueue } from './outcome-queue.js';
import { planBuild, type Plan, type PlannedTask } from './plan.js';
import { ReadAhead } from './read-ahead.js';
import { cancelled, internalError, type Ended } from './run-outcome.js';
import type { RunRecord } from './run-record.js';
import { taskIdentity, taskLabel, taskName } from './task-names.js';
import type { TaskRef } from './task-runner.js';

/** Assumed of a task that never ran, when no task of the build ever did. */
const unknownDurationMs = 1000;

/**
 * Brings tasks up to date in dependency order and yields each exactly once, as soon as it ended. Upstreams that are not
 * among `tasks` are taken as they stand on disk. A reader that stops early cancels the build.
 */
export async function* build(
  tasks: readonly TaskRef[],
  parts: EngineParts,
  options: BuildOptions,
): AsyncGenerator<TaskOutcome, void, undefined> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  setMaxListeners(0, signal); // Every waiting task listens.
  const state = new BuildState(parts, options, signal);
  const outcomes = new OutcomeQueue<TaskOutcome>();
  const walk = new Walk(state, outcomes).run(tasks, () => stop.abort());
  try {
    yield* outcomes.read();
  } finally {
    stop.abort();
    await walk;
  }
}

/** One walk over the tasks of a build. */
class Walk {
  readonly #state: BuildState;
  readonly #outcomes: OutcomeQueue<TaskOutcome>;
  readonly #ended = new Map<PlannedTask, Ended>();
  readonly #running = new Set<Promise<void>>();
  readonly #reported = new Set<string>();
  /** As they were when the build began. */
  readonly #records = new Map<string, RunRecord>();
  #ahead: ReadAhead | undefined;

  constructor(state: BuildState, outcomes: OutcomeQueue<TaskOutcome>) {
    this.#state = state;
    this.#outcomes = outcomes;
  }

  /** Ends with an outcome for every task, also after a bug; then `stop` is called. Never rejects. */
  async run(refs: readonly TaskRef[], stop: () => void): Promise<void> {
    const { clock } = this.#state;
    const startedAt = clock.now();
    try {
      this.#state.begin(refs);
      await this.#readRecords(refs);
      const plan = planBuild(refs, this.#durations());
      const count = plan.tasks.length + plan.cyclic.length;
      this.#state.emit({ type: 'build-started', tasks: count });
      this.#ahead = this.#readAhead();
      await this.#walk(plan);
      await this.#state.finishStore();
      await this.#ahead?.end();
      this.#state.reportTroubles();
      const durationMs = clock.now() - startedAt;
      this.#state.emit({ type: 'build-finished', durationMs });
    } catch (error) {
      stop();
      await Promise.allSettled(this.#running);
      // Told to stop by now; whoever fails like this has failed before.
      await this.#state.finishStore().catch(() => undefined);
      this.#backfill(refs, error);
    } finally {
      this.#outcomes.close();
    }
  }

  /** Whoever waits for a task that was never reported would wait for ever. */
  #backfill(refs: readonly TaskRef[], error: unknown): void {
    const at = this.#state.clock.now();
    for (const ref of refs) {
      if (this.#reported.has(taskIdentity(ref))) continue;
      this.#reported.add(taskIdentity(ref));
      const failure = internalError(ref, error);
      const times = { ref, startedAt: at, endedAt: at };
      this.#outcomes.push({ ...times, status: 'failed', failure });
    }
  }

  async #walk(plan: Plan): Promise<void> {
    for (const ref of plan.cyclic) this.#finish(ref, cyclicEnd(plan.cyclic));
    await this.#refuse(plan.tasks);
    for (const task of plan.tasks) {
      if (task.upstream.length === 0 && !this.#ended.has(task)) {
        this.#start(task);
      }
    }
    // Each round may have started more.
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Before anything runs: tasks that would have to be executed and must not be. */
  async #refuse(tasks: readonly PlannedTask[]): Promise<void> {
    const faulty = tasks.filter(({ ref }) => codeErrors(ref.task).length > 0);
    const refuse = async (task: PlannedTask): Promise<void> => {
      const { ref } = task;
      if (this.#state.signal.aborted || (await this.#isAtHand(ref))) return;
      const ended = refusalOf(ref, () => true);
      if (ended === undefined) return;
      this.#finish(ref, ended);
      this.#startDownstream(task, ended);
    };
    await Promise.all(faulty.map(refuse));
  }

  /** Whether a task is fresh or stored as everything stands now. A strict one counts in any case. */
  async #isAtHand(ref: TaskRef): Promise<boolean> {
    if (ref.task.isStrict || this.#state.isForced(ref)) return false;
    const { status } = await assessTask(ref, this.#state.parts);
    return status === 'fresh' || status === 'restorable';
  }

  /** Nothing for a store that is near. */
  #readAhead(): ReadAhead | undefined {
    const { store } = this.#state.parts;
    if (!('expect' in store)) return undefined;
    return new ReadAhead({
      state: this.#state,
      store,
      recordOf: ({ ref }) => this.#records.get(taskIdentity(ref)),
    });
  }

  #start(task: PlannedTask): void {
    const running = this.#bring(task).finally(() =>
      this.#running.delete(running),
    );
    this.#running.add(running);
  }

  async #bring(task: PlannedTask): Promise<void> {
    const { ref, criticalMs: priority } = task;
    const record = this.#records.get(taskIdentity(ref));
    const needs = (key: string): void => this.#ahead?.needs(task, key);
    const sharing = task.sharing.map((other) => other.ref);
    const toBring = { ref, record, priority, sharing, needs };
    const bringing = new TaskBringing(toBring, this.#state);
    let ended: Ended;
    try {
      ended = this.#state.signal.aborted ? cancelled : await bringing.bring();
    } catch (error) {
      ended = { status: 'failed', failure: internalError(task.ref, error) };
    }
    this.#finish(task.ref, ended, bringing.startedAt);
    if (isGood(ended)) this.#ahead?.ended(task);
    this.#startDownstream(task, ended);
  }

  /** Skips what lies behind a failure; without recursion, as pipelines may be long. */
  #startDownstream(task: PlannedTask, ended: Ended): void {
    this.#ended.set(task, ended);
    const open = [task];
    for (const each of open) {
      for (const next of each.downstream) {
        if (this.#ended.has(next)) continue;
        if (!next.upstream.every((other) => this.#ended.has(other))) continue;
        const because = this.#reasonToSkip(next);
        if (because === undefined) {
          this.#start(next);
          continue;
        }
        this.#finish(next.ref, because);
        this.#ended.set(next, because);
        open.push(next);
      }
    }
  }

  #reasonToSkip(task: PlannedTask): Ended | undefined {
    if (this.#state.signal.aborted) return cancelled;
    for (const upstream of task.upstream) {
      if (task.sharing.includes(upstream)) continue;
      const status = this.#ended.get(upstream)?.status;
      if (status !== 'failed' && status !== 'skipped') continue;
      const because = `upstream \`${upstream.ref.task.name}\` ${status === 'failed' ? 'failed' : 'was skipped'}`;
      return { status: 'skipped', because };
    }
    return undefined;
  }

  #finish(ref: TaskRef, ended: Ended, startedAt?: number): void {
    const endedAt = this.#state.clock.now();
    const outcome = { ref, startedAt: startedAt ?? endedAt, endedAt, ...ended };
    this.#reported.add(taskIdentity(ref));
    this.#outcomes.push(outcome);
    this.#state.emit({ type: 'task-finished', outcome });
  }

  async #readRecords(refs: readonly TaskRef[]): Promise<void> {
    const read = async (ref: TaskRef): Promise<void> => {
      const { records } = this.#state.parts;
      const record = await records.read(taskName(ref));
      if (record !== undefined) this.#records.set(taskIdentity(ref), record);
    };
    await Promise.all(refs.map(read));
  }

  /** Durations of the last executions; a task without one is taken for an average one. */
  #durations(): (ref: TaskRef) => number {
    const known = new Map<string, number>();
    for (const [id, { executionMs }] of this.#records) {
      if (executionMs > 0) known.set(id, executionMs);
    }
    const total = [...known.values()].reduce((sum, each) => sum + each, 0);
    const average = known.size === 0 ? unknownDurationMs : total / known.size;
    return (ref) => known.get(taskIdentity(ref)) ?? average;
  }
}

function isGood({ status }: Ended): boolean {
  return status !== 'failed' && status !== 'skipped';
}

function cyclicEnd(cyclic: readonly TaskRef[]): Ended {
  const names = cyclic.map((ref) => `\`${taskLabel(ref)}\``).join(', ');
  return {
    status: 'failed',
    failure: {
      reason: 'invalid-pipeline',
      diagnostics: [],
      message: `These tasks wait for each other: ${names}.`,
      hint: 'Remove one of the references to `upstream` between them.',
    },
  };
}
