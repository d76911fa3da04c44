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

/** Whose products stand on disk afterwards. Ours may have been replaced in part, which their stamps tell. */
export type Published =
  | { readonly status: 'ours' }
  | { readonly status: 'theirs'; readonly products: readonly ProductEntry[] };

/** Saves the products of a record, unless others were first. */
export async function publish(
  ref: TaskRef,
  record: RunRecord,
  state: BuildState,
): Promise<Published> {
  const { key, products } = record;
  const saved = await state.parts.store.save({
    key,
    products: productLocations(ref.task).flatMap((location) =>
      products
        .filter(({ name }) => name === location.name)
        .map((entry) => ({ ...location, entry })),
    ),
    provenance: {
      ...state.parts.provenance,
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
  if (saved.status !== 'exists' || state.isForced(ref))
    return { status: 'ours' };
  return takeTheirs(ref, products, saved.manifest, state);
}

async function takeTheirs(
  ref: TaskRef,
  ours: readonly ProductEntry[],
  { key, products: theirs }: Manifest,
  state: BuildState,
): Promise<Published> {
  const isSame = theirs.every((entry) =>
    ours.some((own) => isSameProduct(own, entry)),
  );
  if (isSame) return { status: 'ours' };
  const hit = await state.parts.store.find(key);
  const restored = await hit?.restore(productLocations(ref.task));
  if (hit === undefined || restored?.status !== 'restored')
    return { status: 'ours' };
  const standing = await digestProducts(ref.task, state.parts.digest);
  if (productDifferences(hit.manifest.products, standing).length > 0) {
    return { status: 'ours' };
  }
  state.emit({
    type: 'note',
    ref,
    message:
      'The same inputs gave another result before; that one was taken from the store, so that downstream tasks agree on every machine.',
    hint: 'Set a random seed, or keep times and paths out of the products.',
  });
  return { status: 'theirs', products: standing.entries };
}
