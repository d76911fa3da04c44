/**
 * What is remembered of a task's last run in this workspace: the facts that freshness, explanations, estimates and
 * reports are made of. Losing it costs a look-up in the store, never an execution.
 */
import type { Result } from '@nx-notebook/notebook';
import type { ProductEntry } from '@nx-notebook/store';
import type { KeyData } from './key-data.js';
import type { TaskName } from './state-folder.js';

/** The last run of one task. */
export interface RunRecord {
  readonly version: 1;
  readonly project: string;
  /** Which pipeline of the folder; absent for pipeline.yaml with env.yaml. */
  readonly variant?: string;
  readonly task: string;
  readonly key: string;
  readonly keyData: KeyData;
  readonly status: 'executed' | 'restored' | 'failed';
  /** Empty when the run failed. */
  readonly products: readonly ProductEntry[];
  /** Of the relation that the run made, where it made one. */
  readonly relationStamp?: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** Duration of the execution that made the products, also when they were restored; of the last good one when the run failed. */
  readonly executionMs: number;
  readonly cells: readonly {
    readonly index: number;
    readonly durationMs: number;
  }[];
  /** Why the task was not fresh. */
  readonly reasons: readonly string[];
  /** The trust scope of the run, where it had one; what it took was for this scope to take. */
  readonly scope?: string;
  readonly failure?: { readonly reason: string; readonly message: string };
  /** What changed while the task ran: its products belong to no key then, and the record is never fresh. */
  readonly changedDuringRun?: readonly string[];
}

/** Run records of one workspace. Never throws: an unreadable record is no record. */
export interface RecordBook {
  read(name: TaskName): Promise<RunRecord | undefined>;
  /** Fails with one sentence when the record could not be written. */
  write(record: RunRecord): Promise<Result<undefined, string>>;
}
