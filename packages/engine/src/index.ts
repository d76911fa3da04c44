/** Public surface of @nx-notebook/engine. */
export { KEY_VERSION } from './key-data.js';
export type * from './key-data.js';
export type * from './key-parts.js';
export type * from './run-record.js';
export type * from './task-runner.js';
export type * from './task-failure.js';
export type * from './event.js';
export type * from './engine.js';
export type { AskRelation, RelationAnswer } from './relation.js';
export { systemClock, type Clock } from './clock.js';
export { computeKey, keyOf, type TaskKey } from './compute-key.js';
export { explainKeys } from './explain-keys.js';
export {
  assessTask,
  type Assessment,
  type AssessParts,
} from './assess-task.js';
export { openRecordBook } from './record-book.js';
export { recordsFolder, stateFolder, type TaskName } from './state-folder.js';
export { stampPath } from './input-stamps.js';
export { taskLabel, taskName } from './task-names.js';
export { adoptProducts, type AdoptedRun, type Adoption } from './adopt.js';
export { build } from './build.js';
export {
  describeRun,
  type LocalRun,
  type RunProvenance,
} from './provenance.js';
export { combineReporters } from './reporters/combine.js';
export { formatDuration } from './reporters/duration.js';
export { createNdjsonReporter } from './reporters/ndjson.js';
export {
  renderFailure,
  type RenderFailureOptions,
} from './reporters/render-failure.js';
export {
  createTerminalReporter,
  type TerminalReporterOptions,
} from './reporters/terminal.js';
export {
  createTaskTranscript,
  type TaskTranscript,
  type TaskTranscriptOptions,
} from './reporters/transcript.js';
