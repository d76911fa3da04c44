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
export { removePartialNotebook } from './partial-notebook.js';
export type { Limits, LimitsOf } from './run-context.js';
export {
  createStampReader,
  type StampReader,
  type StampReaderOptions,
} from './templates/stamp-reader.js';
