/**
 * What all tasks of one build share: its parts, time, cancellation, and troubles that are told once at the end instead
 * of once per task.
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.js';
import type { BuildOptions, EngineParts } from './engine.js';
import type { BuildEvent } from './event.js';
import type { AskRelation } from './relation.js';
import type { RunRecord } from './run-record.js';
import { Slots } from './slots.js';
import { systemClock } from './clock.js';
import { taskIdentity } from './task-names.js';
import type { TaskRef, TaskRunner } from './task-runner.js';

/** Fresh and restore checks at once; they wait for disk and network, not for cores. */
const checksAtOnce = 8;

const uploadWaitMs = 300_000;

/** The shared state of one build. */
export class BuildState {
  readonly parts: EngineParts;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly kernels: Slots;
  readonly checks = new Slots(checksAtOnce);
  readonly #tasks = new Set<string>();
  /** Task -> key of what it has brought into place in this build. */
  readonly #brought = new Map<string, string>();
  readonly #troubles = new Map<string, Trouble>();
  readonly #force: NonNullable<BuildOptions['force']>;
  readonly #uploadWaitMs: number;
  #runner: Promise<TaskRunner> | undefined;

  constructor(parts: EngineParts, options: BuildOptions, signal: AbortSignal) {
    this.parts = {
      ...parts,
      once: randomUUID(),
      ...(parts.relation === undefined
        ? {}
        : { relation: this.#tellOnce(parts.relation) }),
    };
    this.clock = parts.clock ?? systemClock;
    this.signal = signal;
    this.#force = options.force ?? false;
    this.#uploadWaitMs = options.uploadWaitMs ?? uploadWaitMs;
    this.kernels = new Slots(Math.max(1, Math.floor(options.kernels)));
  }

  /** A database that does not answer is told of once, however many tasks ask for it. */
  #tellOnce(ask: AskRelation): AskRelation {
    const told = new Set<string>();
    return async (writer) => {
      const answer = await ask(writer);
      if (answer.status !== 'unknown' || told.has(answer.message))
        return answer;
      told.add(answer.message);
      const { message, hint } = answer;
      this.emit({
        type: 'warning',
        message,
        ...(hint === undefined ? {} : { hint }),
      });
      return answer;
    };
  }

  emit(event: BuildEvent): void {
    this.parts.reporter.handle(event);
  }

  /** Tells what the build is made of, before it begins. */
  begin(refs: readonly TaskRef[]): void {
    for (const ref of refs) this.#tasks.add(taskIdentity(ref));
  }

  /** Whether the task belongs to this build. */
  includes(ref: TaskRef): boolean {
    return this.#tasks.has(taskIdentity(ref));
  }

  /** The products of this key stand now. */
  brought(ref: TaskRef, key: string): void {
    this.#brought.set(taskIdentity(ref), key);
  }

  /** The key of what the task has brought into place in this build; nothing when it has not. */
  keyBroughtBy(ref: TaskRef): string | undefined {
    return this.#brought.get(taskIdentity(ref));
  }

  /** Whether the task is to be executed although it need not be. */
  isForced(ref: TaskRef): boolean {
    return typeof this.#force === 'function' ? this.#force(ref) : this.#force;
  }

  /** The runner, made for the first task that has to run. */
  async runner(): Promise<TaskRunner> {
    this.#runner ??= this.parts.runner();
    return this.#runner;
  }

  /** Writes a record. One that can't be written costs the next build a look-up in the store. */
  async keepRecord(record: RunRecord): Promise<void> {
    const written = await this.parts.records.write(record);
    this.count(recordTrouble, written.ok ? undefined : written.error);
  }

  /** Waits for what a shared store still has to do, and tells what it did. */
  async finishStore(): Promise<void> {
    const { store } = this.parts;
    if (!('finish' in store)) return;
    const summary = await store.finish({
      signal: this.signal,
      waitMs: this.#uploadWaitMs,
      onProgress: (left) => this.emit({ type: 'uploading', ...left }),
    });
    this.emit({ type: 'store-finished', summary });
  }

  /** Counts an attempt at something that may fail without failing a task. */
  count(kind: TroubleKind, failure: string | undefined): void {
    const trouble = this.#troubles.get(kind.what) ?? {
      kind,
      attempts: 0,
      failures: [],
    };
    trouble.attempts += 1;
    if (failure !== undefined) trouble.failures.push(failure);
    this.#troubles.set(kind.what, trouble);
  }

  /** Tells each trouble once, with counts. */
  reportTroubles(): void {
    for (const { kind, attempts, failures } of this.#troubles.values()) {
      const [first] = failures;
      if (first === undefined) continue;
      this.emit({
        type: 'warning',
        message: `${failures.length} of ${attempts} ${kind.what}: ${first}`,
        hint: kind.hint,
      });
    }
  }
}

/** For the record of a run. */
export function scopeOf({
  parts: { scope },
}: BuildState): Pick<RunRecord, 'scope'> {
  return scope === undefined ? {} : { scope };
}

/** Something that may fail without failing a task. */
export interface TroubleKind {
  /** Completes "3 of 7 ...". */
  readonly what: string;
  readonly hint: string;
}

/** A result that was not saved. */
export const storeTrouble: TroubleKind = {
  what: 'results could not be kept in the store',
  hint: 'The products on disk are right; these tasks are executed again where they are not.',
};

/** A run record that was not written. */
export const recordTrouble: TroubleKind = {
  what: 'run records could not be written',
  hint: 'The next build takes these results from the store instead.',
};

interface Trouble {
  readonly kind: TroubleKind;
  attempts: number;
  readonly failures: string[];
}
