/** stub */
import type { RunRecord } from './run-record.js';
import type { Hit } from '@nx-notebook/store';
import type { TaskFailure } from './task-failure.js';
import type { TaskKey } from './compute-key.js';
import type { EngineParts } from './engine.js';
import type { TaskRef } from './task-runner.js';

/** How a task stands, without executing anything. */
export type Assessment =
  /** The products on disk are what this key gives. */
  | {
      readonly status: 'fresh';
      readonly key: TaskKey;
      readonly record: RunRecord;
    }
  | ({
      readonly key: TaskKey;
      readonly reasons: readonly string[];
      readonly record?: RunRecord;
    } & (
      | { readonly status: 'restorable'; readonly hit: Hit }
      | { readonly status: 'stale' }
      | { readonly status: 'never-run' }
      /** The last run failed. */
      | { readonly status: 'failed' }
    ))
  /** The key can't be known, for example because an upstream's product is missing. */
  | {
      readonly status: 'blocked';
      readonly failure: TaskFailure;
      readonly record?: RunRecord;
    };

/** What assessing needs of a build's parts. */
export type AssessParts = Omit<EngineParts, 'runner' | 'reporter' | 'clock'>;

/** How a task stands, why, and whether the store has its result. Executes and writes nothing. */
export async function assessTask(
  ref: TaskRef,
  parts: AssessParts,
): Promise<Assessment> {
  await Promise.resolve();
  throw new Error(`not built yet ${ref.project} ${parts.workspaceRoot}`);
}
