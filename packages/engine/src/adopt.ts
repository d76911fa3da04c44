/**
 * Takes products that another tool made as the result of a task's key, without executing it. Whether they are that result
 * is for the caller to know; here they are digested, kept and recorded like any other.
 */
import { relative } from 'node:path';
import { productsOf } from '@nx-notebook/pipeline';
import { digestProducts, productLocations } from './task-products.js';
import { computeKey, type TaskKey } from './compute-key.js';
import { isStorable, type AssessParts } from './assess-task.js';
import type { RunRecord } from './run-record.js';
import { recordedName } from './task-names.js';
import type { TaskRef } from './task-runner.js';

/** What became of the products of one task. */
export type Adoption =
  | { readonly status: 'adopted' }
  /** A result of the same key was there first. */
  | { readonly status: 'known' }
  | { readonly status: 'refused'; readonly why: string };

/** When and how long the other tool worked, for estimates and reports. */
export interface AdoptedRun {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** For the record's reasons: `taken over from Ploomber`. */
  readonly reason: string;
}

/** Keeps the products on disk under the task's key. Upstreams must stand on disk as the task read them. */
export async function adoptProducts(
  ref: TaskRef,
  run: AdoptedRun,
  parts: AssessParts,
): Promise<Adoption> {
  if (productsOf(ref.task).length === 0) {
    return refused('it writes no file');
  }
  const key = await computeKey(ref, parts);
  if (!key.ok) return refused(key.error.message);
  const doubt = doubtOf(ref, key.value);
  if (doubt !== undefined) return refused(doubt);
  const digested = await digestProducts(ref.task, parts.digest);
  const [missing] = digested.missing;
  if (missing !== undefined) {
    return refused(`its product ${missing.path} is not there`);
  }
  const [unreadable] = digested.unreadable;
  if (unreadable !== undefined) return refused(unreadable);
  const record: RunRecord = {
    version: 1,
    ...recordedName(ref),
    key: key.value.key,
    keyData: key.value.keyData,
    status: 'executed',
    products: digested.entries,
    startedAt: new Date(run.startedAt).toISOString(),
    durationMs: run.durationMs,
    executionMs: run.durationMs,
    cells: [],
    reasons: [run.reason],
    ...(parts.scope === undefined ? {} : { scope: parts.scope }),
  };
  if ((await parts.store.find(record.key)) !== undefined) {
    return { status: 'known' };
  }
  const saved = await parts.store.save({
    key: record.key,
    products: productLocations(ref.task).flatMap((location) =>
      digested.entries
        .filter(({ name }) => name === location.name)
        .map((entry) => ({ ...location, entry })),
    ),
    provenance: { ...parts.provenance, reason: run.reason },
  });
  if (saved.status === 'failed') return refused(saved.message);
  const written = await parts.records.write(record);
  return written.ok ? { status: 'adopted' } : refused(written.error);
}

/** Why the key does not tell everything. */
function doubtOf(ref: TaskRef, key: TaskKey): string | undefined {
  const [edited] = key.edited;
  if (edited !== undefined) {
    return `${relative(ref.pipeline.folder, edited)} was written to just now`;
  }
  return isStorable(ref, key)
    ? undefined
    : 'it reads a table that nothing tells the origin of';
}

function refused(why: string): Adoption {
  return { status: 'refused', why };
}
