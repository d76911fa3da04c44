/** Options of the executor `nx-notebook:execute`, as its schema checks them. */
import type { TaskLimits } from '../settings/options.js';

/** Options of one target, with what was given on the command line. */
export interface ExecuteOptions extends TaskLimits {
  /** Name of the task in pipeline.yaml. */
  readonly task: string;
  /** Execute although nothing changed. */
  readonly force?: boolean;
}
