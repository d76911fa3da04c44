/** Public surface of @nx-notebook/runner. */
export {
  createKernelRunner,
  type KernelRunner,
  type KernelRunnerOptions,
} from './kernel-runner.js';
export type {
  PipelineHook,
  PipelineRef,
  PipelineTracebacks,
} from './kinds/pipeline-hook.js';
export { evaluateLate, type LateOptions } from './late/evaluate-late.js';
export { removePartialNotebook } from './partial-notebook.js';
export type { Limits, LimitsOf } from './run-context.js';
export {
  createStampReader,
  type StampReader,
  type StampReaderOptions,
} from './templates/stamp-reader.js';
