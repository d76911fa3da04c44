/** What ends a task, before it is dressed as a {@link TaskOutcome}; and the failures that the engine itself finds. */
import { sep } from 'node:path';
import { productsOf, type Product } from '@nx-notebook/pipeline';
import type { TaskFailure } from './task-failure.js';
import { taskLabel } from './task-names.js';
import type { TaskRef } from './task-runner.js';
import { messageOf, stackOf } from './thrown.js';

/** How bringing a task up to date ended. */
export type Ended =
  | { readonly status: 'fresh'; readonly savedMs: number }
  | {
      readonly status: 'restored';
      readonly origin: string;
      readonly savedMs: number;
    }
  | { readonly status: 'executed'; readonly isInDoubt?: true }
  | { readonly status: 'failed'; readonly failure: TaskFailure }
  | { readonly status: 'skipped'; readonly because: string };

/** Why a task of a cancelled build did not begin. */
export const cancelled: Ended = {
  status: 'skipped',
  because: 'the build was cancelled',
};

/** The task was running when the build was cancelled. */
export function interrupted(ref: TaskRef): TaskFailure {
  return {
    reason: 'interrupted',
    message: `Task \`${taskLabel(ref)}\` was interrupted; its products are as they were before.`,
  };
}

/** The task completed without writing what it declares. */
export function productMissing(
  ref: TaskRef,
  missing: readonly Product[],
): TaskFailure {
  const products = missing.map(({ path }) => path);
  const isOne = products.length === 1;
  return {
    reason: 'product-missing',
    products,
    message: `Task \`${taskLabel(ref)}\` completed, but did not write ${isOne ? 'its product' : 'its products'} ${products.join(', ')}.`,
    hint: `Write ${isOne ? 'it' : 'them'} to the path that the variable \`product\` holds, or remove ${isOne ? 'it' : 'them'} from \`product\` in pipeline.yaml.`,
  };
}

/** A place of a product can't be written. */
export function productUnwritable(
  ref: TaskRef,
  path: string,
  message: string,
): TaskFailure {
  return {
    reason: 'product-unwritable',
    path,
    message: `The products of task \`${taskLabel(ref)}\` can't be written: ${message}.`,
    hint: /ENOSPC|EDQUOT/.test(message)
      ? 'Free some space on this disk, then run again.'
      : 'Check the owner and the permissions of this path, then run again.',
  };
}

/** Another task of the same build has written other things to the same place. */
export function productContested(ref: TaskRef, other: TaskRef): TaskFailure {
  const theirs = productsOf(other.task).map(({ absolutePath }) => absolutePath);
  const { path } = productsOf(ref.task).find(({ absolutePath: own }) =>
    theirs.some((their) => isInOrAt(own, their) || isInOrAt(their, own)),
  ) ?? { path: 'the same products' };
  return {
    reason: 'invalid-pipeline',
    diagnostics: [],
    message: `Tasks must generate unique products: \`${taskLabel(ref)}\` would write ${path} over what \`${taskLabel(other)}\` wrote in the same run.`,
    hint: 'Give each its own products, for example by a placeholder of env.yaml in their paths, or run one after the other.',
  };
}

function isInOrAt(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}${sep}`);
}

/** A bug of ours or of a part we were given. */
export function internalError(ref: TaskRef, error: unknown): TaskFailure {
  return {
    reason: 'internal-error',
    stack: stackOf(error),
    message: `nx-notebook failed at task \`${taskLabel(ref)}\`: ${messageOf(error)}.`,
    hint: 'This is a bug in nx-notebook; please report it with the lines above.',
  };
}
