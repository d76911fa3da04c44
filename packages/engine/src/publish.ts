/**
 * Saves what a task made under its key. Keys are written once: where somebody was first, their products replace ours, so
 * that the keys of everything downstream agree between machines.
 */
import type { Manifest, ProductEntry } from '@nx-notebook/store';
import { storeTrouble, type BuildState } from './build-state.js';
import type { RunRecord } from './run-record.js';
import {
  digestProducts,
  isSameProduct,
  productDifferences,
  productLocations,
} from './task-products.js';
import type { TaskRef } from './task-runner.js';

/** Saves the products of a record; the products that stand on disk afterwards. */
export async function publish(
  ref: TaskRef,
  record: RunRecord,
  state: BuildState,
): Promise<readonly ProductEntry[]> {
  const { key, products } = record;
  const saved = await state.parts.store.save({
    key,
    products: productLocations(ref.task).flatMap((location) =>
      products
        .filter(({ name }) => name === location.name)
        .map((entry) => ({ ...location, entry })),
    ),
    provenance: {
      project: record.project,
      task: record.task,
      executedAt: record.startedAt,
      executionMs: record.executionMs,
      cells: record.cells,
    },
  });
  const message = saved.status === 'failed' ? saved.message : undefined;
  state.count(storeTrouble, message);
  // Who forces an execution wants its result, not the one that was stored before.
  if (saved.status !== 'exists' || state.isForced(ref)) return products;
  return (await takeTheirs(ref, products, saved.manifest, state)) ?? products;
}

async function takeTheirs(
  ref: TaskRef,
  ours: readonly ProductEntry[],
  { key, products: theirs }: Manifest,
  state: BuildState,
): Promise<readonly ProductEntry[] | undefined> {
  const isSame = theirs.every((entry) =>
    ours.some((own) => isSameProduct(own, entry)),
  );
  if (isSame) return undefined;
  const hit = await state.parts.store.find(key);
  const restored = await hit?.restore(productLocations(ref.task));
  if (hit === undefined || restored?.status !== 'restored') return undefined;
  const standing = await digestProducts(ref.task, state.parts.digest);
  if (productDifferences(hit.manifest.products, standing).length > 0) {
    return standing.entries;
  }
  state.emit({
    type: 'note',
    ref,
    message:
      'The same inputs gave another result before; that one was taken from the store, so that downstream tasks agree on every machine.',
    hint: 'Set a random seed, or keep times and paths out of the products.',
  });
  return standing.entries;
}
