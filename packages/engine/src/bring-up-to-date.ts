/**
 * Brings one task up to date in the cheapest way that is right: fresh as it stands, restored from the store, or executed.
 * Waits for other runs that hold the task, so that it is executed once however many ask for it.
 */
import { hasUnfinishedRun, recoverAside } from './aside.js';
import {
  compareWith,
  compareWithRecord,
  isStorable,
  lookInStore,
  type Assessment,
  type Comparison,
  type NotFresh,
} from './assess-task.js';
import type { BuildState } from './build-state.js';
import { refusalOf } from './code-problems.js';
import { executeTask, type Execution } from './execute-task.js';
import { restoreTask } from './restore-task.js';
import {
  cancelled,
  internalError,
  interrupted,
  productContested,
  productUnwritable,
  type Ended,
} from './run-outcome.js';
import type { RunRecord } from './run-record.js';
import type { Slot } from './slots.js';
import { stateFolder, type TaskName } from './state-folder.js';
import type { TaskFailure } from './task-failure.js';
import { taskLabel, taskName } from './task-names.js';
import { lockTask, tryLockTask, type TaskLock } from './task-lock.js';
import { digestProducts, productDifferences } from './task-products.js';
import type { TaskRef } from './task-runner.js';
import { messageOf } from './thrown.js';

/** How often a task begins again after its lock was lost to somebody else. */
const maxAttempts = 3;

/** What was found is put into its place before others are looked for, so that disk and network work at the same time. */
const endsFirst = Infinity;

/** What is known of a task when its turn comes. */
export interface TaskToBring {
  readonly ref: TaskRef;
  /** As it was when the build began; read again before anything depends on its absence. */
  readonly record: RunRecord | undefined;
  /** Who waits with the highest gets the next slot. */
  readonly priority: number;
  /** Tasks that came before since they write to the same places. */
  readonly sharing: readonly TaskRef[];
  /** Told the key of a result that is about to be looked for. */
  readonly needs: (key: string) => void;
}

/** A task on its way through one build. */
export class TaskBringing {
  readonly #ref: TaskRef;
  readonly #record: RunRecord | undefined;
  readonly #priority: number;
  readonly #sharing: readonly TaskRef[];
  readonly #needs: TaskToBring['needs'];
  readonly #state: BuildState;
  /** When the work on the task began: waiting for a slot is not work. */
  startedAt: number;
  /** Of the last check. */
  #key = '';

  constructor(task: TaskToBring, state: BuildState) {
    this.#ref = task.ref;
    this.#record = task.record;
    this.#priority = task.priority;
    this.#sharing = task.sharing;
    this.#needs = task.needs;
    this.#state = state;
    this.startedAt = state.clock.now();
  }

  /** Ends in every case; rejects only for bugs. */
  async bring(): Promise<Ended> {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const ended = await this.#attempt();
      if (ended.status === 'stuck') {
        return { status: 'failed', failure: interrupted(this.#ref) };
      }
      if (ended.status === 'lost') continue;
      const isBrought = ended.status !== 'failed' && ended.status !== 'skipped';
      if (isBrought) this.#state.brought(this.#ref, this.#key);
      return ended;
    }
    const error = new Error('its lock was lost again and again');
    return { status: 'failed', failure: internalError(this.#ref, error) };
  }

  async #attempt(): Promise<Execution> {
    const { parts } = this.#state;
    const isForced = this.#state.isForced(this.#ref);
    const first = await this.#check((ref) =>
      compareWith(this.#record, ref, parts),
    );
    if (first === undefined) return cancelled;
    if (first.status === 'fresh' && !isForced) {
      this.#key = first.key.key;
      return freshEnd(first.record);
    }
    const mayBeStored =
      first.status === 'not-fresh' && isStorable(this.#ref, first.key);
    if (mayBeStored && !isForced) this.#needs(first.key.key);
    const settled = await this.#settle();
    if (typeof settled === 'object') return settled;
    const assessed = await this.#check(
      async (ref): Promise<Assessment | Comparison> => {
        const now = settled ? await compareWithRecord(ref, parts) : first;
        return now.status === 'not-fresh' && !isForced
          ? lookInStore(ref, now, parts.store)
          : now;
      },
    );
    if (assessed === undefined) return cancelled;
    if (assessed.status !== 'blocked') {
      this.#key = assessed.key.key;
      const failure = this.#contested(assessed);
      if (failure !== undefined) return { status: 'failed', failure };
    }
    switch (assessed.status) {
      case 'blocked':
        return { status: 'failed', failure: assessed.failure };
      case 'fresh':
        return isForced
          ? this.#execute({ ...assessed, reasons: ['forced'] })
          : freshEnd(assessed.record);
      case 'restorable': {
        const restored = await this.#restore(assessed);
        return restored ?? this.#execute(assessed);
      }
      case 'stale':
      case 'never-run':
      case 'failed':
      case 'not-fresh':
        return this.#execute(assessed);
    }
  }

  /** Whoever shares places and has another result must not write: what stands there may be read already. */
  #contested({
    status,
    key,
  }: Exclude<Assessment | Comparison, { status: 'blocked' }>):
    TaskFailure | undefined {
    if (status === 'fresh') return undefined;
    const other = this.#sharing.find((ref) => {
      const brought = this.#state.keyBroughtBy(ref);
      return brought !== undefined && brought !== key.key;
    });
    return other && productContested(this.#ref, other);
  }

  /** Waits for, or cleans up after, unfinished runs of the task and of what it reads; whether there were any. */
  async #settle(): Promise<Ended | boolean> {
    const { pipeline, task, project } = this.#ref;
    let hasSettled = false;
    const upstream = new Set(task.upstream.map((each) => each.task));
    for (const each of pipeline.tasks) {
      if (each !== task && !upstream.has(each.name)) continue;
      const ref: TaskRef = { project, pipeline, task: each };
      const name = taskName(ref);
      const { workspaceRoot } = this.#state.parts;
      if (!(await hasUnfinishedRun(workspaceRoot, name))) continue;
      const lock = await this.#lock(ref);
      if (!('release' in lock)) return lock;
      try {
        await this.#recover(ref);
      } finally {
        await lock.release();
      }
      hasSettled = true;
    }
    return hasSettled;
  }

  async #recover(ref: TaskRef): Promise<void> {
    const { records, digest, workspaceRoot } = this.#state.parts;
    const name = taskName(ref);
    const isComplete = async (): Promise<boolean> => {
      const record = await records.read(name);
      if (record === undefined || record.status === 'failed') return false;
      const standing = await digestProducts(ref.task, digest);
      return productDifferences(record.products, standing).length === 0;
    };
    await recoverAside(workspaceRoot, name, { task: ref.task, isComplete });
  }

  async #restore(
    assessed: Extract<Assessment, { status: 'restorable' }>,
  ): Promise<Ended | undefined> {
    const lock = await this.#lock(this.#ref);
    if (!('release' in lock)) return lock;
    try {
      const ended = await this.#check(async (ref) => {
        const made = await this.#freshRecord();
        return made === undefined
          ? { ended: await restoreTask(ref, assessed, this.#state) }
          : { ended: freshEnd(made) };
      }, endsFirst);
      return ended === undefined ? cancelled : ended.ended;
    } finally {
      await lock.release();
    }
  }

  /** Somebody else may have brought the task up to date before we got its lock; then there is a record of it. */
  async #freshRecord(): Promise<RunRecord | undefined> {
    const { parts } = this.#state;
    const record = await parts.records.read(taskName(this.#ref));
    if (record === undefined) return undefined;
    const now = await compareWith(record, this.#ref, parts);
    return now.status === 'fresh' ? now.record : undefined;
  }

  async #execute(why: NotFresh): Promise<Execution> {
    const { kernels, signal } = this.#state;
    const refusal = refusalOf(this.#ref, (ref) => this.#state.includes(ref));
    if (refusal !== undefined) return refusal;
    let slot = await kernels.take(this.#priority, signal);
    if (slot === undefined) return cancelled;
    let lock: TaskLock | undefined;
    try {
      const first = await this.#tryLock();
      if (first !== undefined && !('release' in first)) return first;
      lock = first;
      if (lock === undefined) {
        // Others need the kernel slot while somebody else has the task.
        slot.release();
        const waited = await this.#lock(this.#ref);
        if (!('release' in waited)) return waited;
        lock = waited;
        slot = await kernels.take(this.#priority, signal);
        if (slot === undefined) return cancelled;
      }
      const ended = await this.#executeLocked(why, lock, slot);
      // A runner that does not return may still write: its lock ends with this process.
      if (ended.status === 'stuck') lock = undefined;
      return ended;
    } finally {
      slot?.release();
      await lock?.release();
    }
  }

  /** Somebody else may have executed the task between the check and the lock. */
  async #executeLocked(
    why: NotFresh,
    lock: TaskLock,
    slot: Slot,
  ): Promise<Execution> {
    await this.#recover(this.#ref);
    const now = await compareWithRecord(this.#ref, this.#state.parts);
    if (now.status === 'blocked') {
      return { status: 'failed', failure: now.failure };
    }
    this.#key = now.key.key;
    const isForced = this.#state.isForced(this.#ref);
    if (now.status === 'fresh' && !isForced) return freshEnd(now.record);
    if (this.#state.signal.aborted) return cancelled;
    this.startedAt = this.#state.clock.now();
    const reasons = now.status === 'fresh' ? why.reasons : now.reasons;
    return executeTask(this.#ref, { ...now, reasons }, this.#state, {
      lock,
      releaseSlot: () => slot.release(),
    });
  }

  async #check<T>(
    check: (ref: TaskRef) => Promise<T>,
    priority = this.#priority,
  ): Promise<T | undefined> {
    const { checks, signal, clock } = this.#state;
    const slot = await checks.take(priority, signal);
    if (slot === undefined) return undefined;
    try {
      this.startedAt = clock.now();
      return await check(this.#ref);
    } finally {
      slot.release();
    }
  }

  async #tryLock(): Promise<TaskLock | Ended | undefined> {
    return this.#guarded(this.#ref, (name, workspaceRoot) =>
      tryLockTask(name, workspaceRoot),
    );
  }

  async #lock(ref: TaskRef): Promise<TaskLock | Ended> {
    const { clock, signal } = this.#state;
    const lock = await this.#guarded(ref, (name, workspaceRoot) =>
      lockTask(name, {
        workspaceRoot,
        clock,
        signal,
        onWait: (holder) =>
          this.#state.emit({
            type: 'waiting',
            ref: this.#ref,
            reason: `${holder} has \`${taskLabel(ref)}\``,
          }),
      }),
    );
    return lock ?? cancelled;
  }

  /** A state folder that can't be written fails the task: without a lock nothing is safe. */
  async #guarded(
    ref: TaskRef,
    take: (
      name: TaskName,
      workspaceRoot: string,
    ) => Promise<TaskLock | undefined>,
  ): Promise<TaskLock | Ended | undefined> {
    const { workspaceRoot } = this.#state.parts;
    try {
      return await take(taskName(ref), workspaceRoot);
    } catch (error) {
      const folder = stateFolder(workspaceRoot);
      const failure = productUnwritable(this.#ref, folder, messageOf(error));
      return { status: 'failed', failure };
    }
  }
}

function freshEnd(record: RunRecord): Ended {
  return { status: 'fresh', savedMs: record.executionMs };
}
