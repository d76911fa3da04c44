/**
 * Why a task failed, as a union with a `reason`: what reporters print and records keep. `message` is one sentence,
 * `hint` the next step, `detail` preformatted lines (cell source with the failing line marked, streams, traceback).
 */
import type { Diagnostic } from '@nx-notebook/notebook';

/** Why a task failed; see the header. */
export type TaskFailure = {
  readonly message: string;
  readonly hint?: string;
} & (
  | {
      /** The notebook did not complete; `cause` is the runner's own kebab-case reason, for example `kernel-died`. */
      readonly reason: 'execution-failed';
      readonly cause: string;
      readonly detail: readonly string[];
      /** Absolute path of the partial notebook, where one was written. */
      readonly partialNotebook?: string;
    }
  | { readonly reason: 'product-missing'; readonly products: readonly string[] }
  | { readonly reason: 'product-unwritable'; readonly path: string }
  | {
      readonly reason: 'upstream-product-missing';
      readonly upstream: string;
      readonly products: readonly string[];
    }
  | { readonly reason: 'resource-missing'; readonly path: string }
  | { readonly reason: 'python-not-found' }
  | {
      readonly reason: 'invalid-pipeline';
      readonly diagnostics: readonly Diagnostic[];
    }
  | {
      /** Found without running anything; places in the task's code. */
      readonly reason: 'code-problems';
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly reason: 'interrupted' }
  | { readonly reason: 'internal-error'; readonly stack: string }
);
