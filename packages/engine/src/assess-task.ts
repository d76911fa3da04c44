/**
 * How a task stands: fresh, restorable, or to be executed, and why. Executes nothing and writes nothing, so that a
 * build and a status table are sure to say the same.
 */
import type { Hit, Store } from '@nx-notebook/store';
import { computeKey, type TaskKey } from './compute-key.js';
import type { EngineParts } from './engine.js';
import { explainKeys } from './explain-keys.js';
import type { KeyParts } from './key-parts.js';
import { askRelation, relationDifferences, relationOf } from './relation.js';
import type { RunRecord } from './run-record.js';
import type { TaskFailure } from './task-failure.js';
import { taskName } from './task-names.js';
import { digestProducts, productDifferences } from './task-products.js';
import type { TaskRef } from './task-runner.js';

/** A task whose products are not what its key gives. */
export interface NotFresh {
  readonly key: TaskKey;
  /** Never empty. */
  readonly reasons: readonly string[];
  readonly record?: RunRecord;
}

/** How a task stands. */
export type Assessment =
  /** The products on disk are what this key gives. */
  | {
      readonly status: 'fresh';
      readonly key: TaskKey;
      readonly record: RunRecord;
    }
  | (NotFresh &
      (
        | { readonly status: 'restorable'; readonly hit: Hit }
        | { readonly status: 'stale' | 'never-run' }
        /** The last run failed. */
        | { readonly status: 'failed' }
      ))
  /** The key can't be known, for example because an upstream's product is missing. */
  | {
      readonly status: 'blocked';
      readonly failure: TaskFailure;
      readonly record?: RunRecord;
    };

/** The part of an assessment that needs no store. */
export type Comparison =
  | Extract<Assessment, { status: 'fresh' | 'blocked' }>
  | (NotFresh & { readonly status: 'not-fresh' });

/** The scope whose results everybody reads. */
const trusted = 'trusted';

/** What assessing needs of a build's parts. */
export type AssessParts = Omit<EngineParts, 'runner' | 'reporter' | 'clock'>;

/** How a task stands, why, and whether the store has its result. */
export async function assessTask(
  ref: TaskRef,
  parts: AssessParts,
): Promise<Assessment> {
  const standing = await compareWithRecord(ref, parts);
  return standing.status === 'not-fresh'
    ? lookInStore(ref, standing, parts.store)
    : standing;
}

/** Whether a store can have the result of this key: no relation, and nothing that was made for one build only. */
export function isStorable({ task }: TaskRef, key: TaskKey): boolean {
  return relationOf(task) === undefined && !key.isForOnce;
}

/** Whether the store has what is not fresh. */
export async function lookInStore(
  ref: TaskRef,
  standing: NotFresh,
  store: Store,
): Promise<Exclude<Assessment, { status: 'fresh' | 'blocked' }>> {
  const hit = isStorable(ref, standing.key)
    ? await store.find(standing.key.key)
    : undefined;
  if (hit !== undefined) return { ...standing, status: 'restorable', hit };
  const { record } = standing;
  if (record === undefined) return { ...standing, status: 'never-run' };
  return {
    ...standing,
    status: record.status === 'failed' ? 'failed' : 'stale',
  };
}

/** Compares a task with its last run as it is remembered now. */
export async function compareWithRecord(
  ref: TaskRef,
  parts: Omit<AssessParts, 'store'>,
): Promise<Comparison> {
  const record = await parts.records.read(taskName(ref));
  return compareWith(record, ref, parts);
}

/** Compares a task with a run record. */
export async function compareWith(
  record: RunRecord | undefined,
  ref: TaskRef,
  parts: KeyParts & Pick<EngineParts, 'scope'>,
): Promise<Comparison> {
  const key = await computeKey(ref, parts);
  const known = record === undefined ? {} : { record };
  if (!key.ok) return { status: 'blocked', failure: key.error, ...known };
  const reasons = await reasonsToRun(ref, key.value, { record, parts });
  if (record !== undefined && reasons.length === 0) {
    return { status: 'fresh', key: key.value, record };
  }
  return { status: 'not-fresh', key: key.value, reasons, ...known };
}

async function reasonsToRun(
  ref: TaskRef,
  key: TaskKey,
  against: {
    readonly record: RunRecord | undefined;
    readonly parts: Pick<AssessParts, 'digest' | 'scope' | 'relation'>;
  },
): Promise<readonly string[]> {
  const { record, parts } = against;
  if (record === undefined) return explainKeys(undefined, key.keyData);
  const reasons = [
    ...(record.changedDuringRun ?? []).map(
      (change) => `during the last run: ${change}`,
    ),
    ...(record.status === 'failed' ? ['the last run failed'] : []),
    ...(parts.scope === trusted && record.scope !== trusted
      ? ['the last run was not a trusted one']
      : []),
    ...(record.key === key.key ? [] : explainKeys(record.keyData, key.keyData)),
  ];
  if (reasons.length > 0) return reasons;
  // A record that was edited by hand: its key is not that of its key data.
  if (record.key !== key.key) return ['key changed'];
  const relation = relationOf(ref.task);
  if (relation !== undefined) {
    const answer = await askRelation(ref, parts.relation);
    const { relationStamp } = record;
    return relationDifferences(relation, relationStamp, answer);
  }
  const standing = await digestProducts(ref.task, parts.digest);
  return productDifferences(record.products, standing);
}
