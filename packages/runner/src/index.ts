/** Public surface of @nx-notebook/runner. */
export {
  createKernelRunner,
  type KernelRunnerOptions,
  type Limits,
  type LimitsOf,
} from './kernel-runner.js';
export { removePartialNotebook } from './partial-notebook.js';
