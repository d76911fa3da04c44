/**
 * Errors that were found in the code without running it: the task is not executed then, and where its analysis is strict,
 * none of its pipeline is. Decides only about executing; what is fresh or stored was made by code that ran.
 */
import type { Diagnostic } from '@nx-notebook/notebook';
import type { Task } from '@nx-notebook/pipeline';
import type { Ended } from './run-outcome.js';
import { taskLabel } from './task-names.js';
import type { TaskRef } from './task-runner.js';

/** Errors in the code of a task. */
export function codeErrors({ codeProblems }: Task): readonly Diagnostic[] {
  return codeProblems.filter(({ severity }) => severity === 'error');
}

/** What is worth a look in the code of a task, and keeps it from nothing. */
export function codeWarnings({ codeProblems }: Task): readonly Diagnostic[] {
  return codeProblems.filter(({ severity }) => severity !== 'error');
}

/** The end of a task that must not be executed; nothing when it may be. `isInBuild` tells whose errors are told anyway. */
export function refusalOf(
  ref: TaskRef,
  isInBuild: (ref: TaskRef) => boolean,
): Ended | undefined {
  if (codeErrors(ref.task).length > 0) return refused(ref, [ref.task]);
  const strict = ref.pipeline.tasks.filter(
    (task) => task.isStrict && codeErrors(task).length > 0,
  );
  const [first] = strict;
  if (first === undefined) return undefined;
  return strict.every((task) => isInBuild({ ...ref, task }))
    ? {
        status: 'skipped',
        because: `the code of \`${first.name}\` has errors, and its \`static_analysis\` is strict`,
      }
    : refused(ref, strict);
}

function refused(ref: TaskRef, tasks: readonly Task[]): Ended {
  const diagnostics = tasks.flatMap(codeErrors);
  const labels = tasks.map((task) => `\`${taskLabel({ ...ref, task })}\``);
  const isOwn = tasks.includes(ref.task);
  return {
    status: 'failed',
    failure: {
      reason: 'code-problems',
      diagnostics,
      message: `An error happened when checking the source code of ${labels.join(', ')}; ${isOwn ? 'nothing of it was executed' : `since \`static_analysis\` is strict there, \`${taskLabel(ref)}\` was not executed either`}.`,
      hint: 'Correct the code; where the check is wrong, `static_analysis: disable` on the task in pipeline.yaml switches it off.',
    },
  };
}
