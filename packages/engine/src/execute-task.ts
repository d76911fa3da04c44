/**
 * Executes one task under its lock and in a kernel slot: products aside, run, verify, keep. The caller decides that it has
 * to run; nothing here looks for a cheaper way.
 */
import { relative } from 'node:path';
import type { ProductEntry } from '@nx-notebook/store';
import { setAside, type Aside } from './aside.js';
import { isStorable, type NotFresh } from './assess-task.js';
import { scopeOf, type BuildState } from './build-state.js';
import { codeWarnings } from './code-problems.js';
import { computeKey, type TaskKey } from './compute-key.js';
import { explainKeys } from './explain-keys.js';
import { injectedText } from './given-text.js';
import {
  stampInputs,
  writtenBetween,
  type InputStamps,
} from './input-stamps.js';
import { publish } from './publish.js';
import {
  interrupted,
  productMissing,
  productUnwritable,
  type Ended,
} from './run-outcome.js';
import type { RunRecord } from './run-record.js';
import { superviseRun } from './supervise.js';
import type { TaskFailure } from './task-failure.js';
import type { TaskLock } from './task-lock.js';
import { productsOf } from '@nx-notebook/pipeline';
import { digestProducts } from './task-products.js';
import type { RunOutcome, TaskRef } from './task-runner.js';
import { recordedName, taskName } from './task-names.js';
import { messageOf } from './thrown.js';

/** What an execution holds. */
export interface Held {
  readonly lock: TaskLock;
  /** Gives the kernel slot back, as soon as the kernel is done. */
  readonly releaseSlot: () => void;
}

type Ran = Pick<RunRecord, 'durationMs' | 'cells'> & {
  readonly startedAt: number;
};

/** `lost`: somebody else may hold the lock now; nothing on disk was touched since. `stuck`: the runner does not return. */
export type Execution =
  Ended | { readonly status: 'lost' } | { readonly status: 'stuck' };

/** Executes a task and keeps what it made. */
export async function executeTask(
  ref: TaskRef,
  why: NotFresh,
  state: BuildState,
  held: Held,
): Promise<Execution> {
  const { workspaceRoot } = state.parts;
  const runner = await state.runner();
  const moved = await setAside(workspaceRoot, taskName(ref), ref.task);
  if (!moved.ok) {
    const failure = productUnwritable(ref, moved.path, moved.message);
    const ran = { startedAt: state.clock.now(), durationMs: 0, cells: [] };
    return fail(ref, why, state, { failure, ran });
  }
  state.emit({
    type: 'task-started',
    ref,
    reasons: why.reasons,
    ...estimate(why),
  });
  const diagnostics = codeWarnings(ref.task);
  if (diagnostics.length > 0) {
    state.emit({ type: 'code-warnings', ref, diagnostics });
  }
  const stamps = await stampInputs(why.key.inputs);
  const { outcome, ...times } = await superviseRun({
    ref,
    runner,
    key: why.key.key,
    injected: injectedText(ref),
    stop: AbortSignal.any([state.signal, held.lock.lost]),
    clock: state.clock,
    emit: (event) => state.emit(event),
  });
  held.releaseSlot();
  if (outcome === 'stuck') return { status: 'stuck' };
  const ran = { ...times, cells: outcome.cells };
  const written = await stampInputs(productPaths(ref));
  const judged = await judge(ref, outcome, state);
  if (held.lock.lost.aborted) return { status: 'lost' };
  if ('failure' in judged) {
    await putBack(ref, moved.aside, state);
    return fail(ref, why, state, { failure: judged.failure, ran });
  }
  const { products } = judged;
  const { relationStamp } = judged;
  const made = { products, relationStamp, ran, stamps, written };
  const isInDoubt = await keep(ref, why, state, made);
  await moved.aside.discard();
  return { status: 'executed', ...(isInDoubt ? { isInDoubt } : {}) };
}

function productPaths(ref: TaskRef): readonly string[] {
  return productsOf(ref.task).map(({ absolutePath }) => absolutePath);
}

function estimate(why: NotFresh): { readonly estimateMs?: number } {
  const executionMs = why.record?.executionMs ?? 0;
  return executionMs > 0 ? { estimateMs: executionMs } : {};
}

/** A runner that was told to stop names it in its own way. */
function asInterrupted(ref: TaskRef, failure: TaskFailure): TaskFailure {
  return failure.reason === 'execution-failed' &&
    failure.cause === 'interrupted'
    ? { ...interrupted(ref), message: failure.message }
    : failure;
}

async function judge(
  ref: TaskRef,
  outcome: RunOutcome,
  state: BuildState,
): Promise<
  { readonly failure: TaskFailure } | Pick<Made, 'products' | 'relationStamp'>
> {
  if (outcome.status === 'failed') {
    const { failure } = outcome;
    const isCancelled = state.signal.aborted;
    return { failure: isCancelled ? asInterrupted(ref, failure) : failure };
  }
  const { entries, missing, unreadable } = await digestProducts(
    ref.task,
    state.parts.digest,
  );
  if (missing.length > 0) return { failure: productMissing(ref, missing) };
  const [message] = unreadable;
  return message === undefined
    ? { products: entries, relationStamp: outcome.relationStamp }
    : { failure: productUnwritable(ref, ref.pipeline.folder, message) };
}

interface Made {
  readonly products: readonly ProductEntry[];
  readonly relationStamp: string | undefined;
  readonly ran: Ran;
  /** Of the inputs, before the run. */
  readonly stamps: InputStamps;
  /** Of the products, right after the run. */
  readonly written: InputStamps;
}

/** What was written belongs to the key only if the key is still the same; else it belongs to none, which is in doubt. */
async function keep(
  ref: TaskRef,
  why: NotFresh,
  state: BuildState,
  made: Made,
): Promise<boolean> {
  const record: RunRecord = {
    ...recordBase(ref, why, made.ran),
    ...scopeOf(state),
    status: 'executed',
    products: made.products,
    ...(made.relationStamp === undefined
      ? {}
      : { relationStamp: made.relationStamp }),
    executionMs: made.ran.durationMs,
  };
  const inputs = await changesSince(ref, why.key, made.stamps, state);
  const published =
    inputs.length > 0 || !isStorable(ref, why.key)
      ? { status: 'ours' as const }
      : await publish(ref, record, state);
  const changes =
    published.status === 'theirs' || inputs.length > 0
      ? inputs
      : await productsChanged(ref, made.written);
  if (changes.length === 0) {
    const products =
      published.status === 'theirs' ? published.products : made.products;
    await state.keepRecord({ ...record, products });
    return false;
  }
  state.emit({
    type: 'warning',
    ref,
    message: `${changes.join(', ')}${inputs.length > 0 ? ' while the task ran' : ''}; its result is not kept for later.`,
    hint: 'Run again to get a result of the inputs as they are now.',
  });
  await state.keepRecord({ ...record, changedDuringRun: changes });
  return true;
}

/** A process that the notebook left behind, for example, or somebody who edits a product. */
async function productsChanged(
  ref: TaskRef,
  written: InputStamps,
): Promise<readonly string[]> {
  const changed = writtenBetween(written, await stampInputs(productPaths(ref)));
  return changed.map(
    (path) =>
      `product \`${relative(ref.pipeline.folder, path)}\` was written to after its notebook ended`,
  );
}

async function changesSince(
  ref: TaskRef,
  key: TaskKey,
  stamps: InputStamps,
  state: BuildState,
): Promise<readonly string[]> {
  const now = await computeKey(ref, state.parts);
  if (!now.ok) return [now.error.message];
  const changes = explainKeys(key.keyData, now.value.keyData);
  if (changes.length > 0) return changes;
  const written = new Set([
    ...key.edited,
    ...now.value.edited,
    ...writtenBetween(stamps, await stampInputs(key.inputs)),
  ]);
  return [...written].map(
    (path) => `\`${relative(ref.pipeline.folder, path)}\` was written to`,
  );
}

async function putBack(
  ref: TaskRef,
  aside: Aside,
  state: BuildState,
): Promise<void> {
  try {
    await aside.putBack();
  } catch (error) {
    state.emit({
      type: 'warning',
      ref,
      message: `The products of the run before could not be put back: ${messageOf(error)}`,
      hint: 'The next build tries again.',
    });
  }
}

/** Remembers a failure; the estimate of the last good run stays. */
async function fail(
  ref: TaskRef,
  why: NotFresh,
  state: BuildState,
  how: { readonly failure: TaskFailure; readonly ran: Ran },
): Promise<Ended> {
  const { reason, message } = how.failure;
  await state.keepRecord({
    ...recordBase(ref, why, how.ran),
    status: 'failed',
    products: [],
    executionMs: why.record?.executionMs ?? 0,
    failure: { reason, message },
  });
  return { status: 'failed', failure: how.failure };
}

function recordBase(
  ref: TaskRef,
  why: NotFresh,
  ran: Ran,
): Omit<RunRecord, 'status' | 'products' | 'executionMs'> {
  return {
    version: 1,
    ...recordedName(ref),
    key: why.key.key,
    keyData: why.key.keyData,
    startedAt: new Date(ran.startedAt).toISOString(),
    durationMs: ran.durationMs,
    cells: ran.cells,
    reasons: why.reasons,
  };
}
