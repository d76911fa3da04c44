/**
 * What runs otherwise here than under Ploomber, on purpose, for one pipeline: found in what was loaded, so that a user hears
 * only of what concerns them. The reasons stand in docs/migrating-from-ploomber.md. Pure.
 */
import type { Diagnostic } from '@nx-notebook/notebook';
import { productsOf, type Pipeline, type Task } from '@nx-notebook/pipeline';

/** What differs for one task; empty when it runs as it is. */
export function taskDifferences(
  task: Task,
  warnings: readonly Diagnostic[],
): readonly string[] {
  const { source, late, product } = task;
  return [
    ...warnings.filter((one) => isOf(task, one)).map(({ message }) => message),
    ...(late.includes('now')
      ? ['{{now}} is another value at each run, so it is executed each time']
      : []),
    ...(late.some((id) => id === 'git' || id === 'git_hash')
      ? [
          '{{git}} and {{git_hash}} are part of its key: each commit executes it',
        ]
      : []),
    ...(product.kind === 'relation' && !product.relation.isStamped
      ? [
          'its relation keeps no record (use SQLiteRelation, PostgresRelation or GenericSQLRelation), so it is executed each time, as by Ploomber',
        ]
      : []),
    ...(productsOf(task).some(({ exporter }) => exporter !== undefined)
      ? ['nbconvert of the Python environment writes its notebook']
      : []),
    ...(source.kind === 'sql-script' || source.kind === 'sql-dump'
      ? ['SQLAlchemy or a DBAPI driver must be installed']
      : []),
  ];
}

/** What differs for the pipeline as a whole. */
export function pipelineDifferences({
  tasks,
  warnings,
  hooks,
}: Pipeline): readonly string[] {
  const ofNoTask = warnings.filter(
    (one) => !tasks.some((task) => isOf(task, one)),
  );
  return [
    ...ofNoTask.map(({ message }) => message),
    ...(hooks.onRender === undefined
      ? []
      : [
          'on_render runs when a task is about to be executed, not at each load',
        ]),
  ];
}

function isOf(
  { source, name }: Task,
  { location, message }: Diagnostic,
): boolean {
  return (
    location?.file === source.absolutePath || message.includes(`'${name}'`)
  );
}
