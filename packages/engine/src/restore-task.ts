/**
 * Takes a task's products out of the store, under its lock. Any doubt about them means that the task is executed; also no
 * room for them, since what is stored may be larger than what the task writes.
 */
import type { Assessment } from './assess-task.js';
import { scopeOf, type BuildState } from './build-state.js';
import type { Ended } from './run-outcome.js';
import type { RunRecord } from './run-record.js';
import {
  digestProducts,
  hasNestedProducts,
  productDifferences,
  productLocations,
} from './task-products.js';
import { recordedName } from './task-names.js';
import type { TaskRef } from './task-runner.js';

/** Restores a task and remembers it; nothing when its products in the store are not usable. */
export async function restoreTask(
  ref: TaskRef,
  found: Extract<Assessment, { status: 'restorable' }>,
  state: BuildState,
): Promise<Ended | undefined> {
  const { hit, key, reasons } = found;
  const startedAt = state.clock.now();
  const restored = await hit.restore(productLocations(ref.task));
  const problem =
    restored.status === 'restored'
      ? await differenceFromManifest(ref, found, state)
      : restored.message;
  if (problem !== undefined) {
    // A restore that was cut off by the end of the build says nothing about the store.
    if (state.signal.aborted) return undefined;
    state.emit({
      type: 'warning',
      ref,
      message: `The stored result can't be used: ${problem.replace(/\.$/, '')}.`,
      hint: 'The task is executed instead.',
    });
    return undefined;
  }
  const { executionMs, cells } = readProvenance(hit.manifest.provenance);
  await state.keepRecord({
    version: 1,
    ...recordedName(ref),
    key: key.key,
    keyData: key.keyData,
    status: 'restored',
    products: hit.manifest.products,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: state.clock.now() - startedAt,
    executionMs,
    cells,
    reasons,
    ...scopeOf(state),
  });
  return { status: 'restored', origin: hit.origin, savedMs: executionMs };
}

/**
 * What a restore puts in its place, it has hashed. Where one product lies in another, each may be right by itself and
 * spoil the other: that shows when all of them stand.
 */
async function differenceFromManifest(
  ref: TaskRef,
  { hit }: Extract<Assessment, { status: 'restorable' }>,
  state: BuildState,
): Promise<string | undefined> {
  if (!hasNestedProducts(ref.task)) return undefined;
  const standing = await digestProducts(ref.task, state.parts.digest);
  return productDifferences(hit.manifest.products, standing)[0];
}

/** Provenance comes from other machines and versions: what does not look right is left out. */
function readProvenance(
  provenance: Readonly<Record<string, unknown>>,
): Pick<RunRecord, 'executionMs' | 'cells'> {
  const { executionMs, cells } = provenance;
  return {
    executionMs: isDuration(executionMs) ? executionMs : 0,
    cells: Array.isArray(cells) ? cells.filter(isCellTiming) : [],
  };
}

function isCellTiming(value: unknown): value is RunRecord['cells'][number] {
  if (typeof value !== 'object' || value === null) return false;
  const { index, durationMs }: Partial<Record<string, unknown>> = value;
  return Number.isInteger(index) && isDuration(durationMs);
}

function isDuration(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
