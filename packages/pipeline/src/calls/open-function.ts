/**
 * A function as a task: its code, the arguments it takes, the upstreams it names.
 */
import type { FunctionSource } from '../pipeline.js';
import type { Problems } from '../problems.js';
import type { Located, TaskSpec } from '../spec/pipeline-spec.js';
import type { CallContext } from './call-context.js';

/** A function that a task calls. */
export interface OpenedFunction {
  readonly source: FunctionSource;
  /** Names in `upstream['name']`, each once, in order. */
  readonly upstream: readonly Located<string>[];
}

/** What a task gives to its function. */
export interface GivenArguments {
  readonly spec: TaskSpec;
  readonly params: readonly string[];
  readonly hasUpstream: boolean;
  readonly hasSerializer: boolean;
  readonly problems: Problems;
}

/** The function of a task, or undefined after reporting why there is none. */
export function openFunction(
  _spec: TaskSpec,
  _context: CallContext,
): Promise<OpenedFunction | undefined> {
  return Promise.resolve(undefined);
}

/** Reports arguments that the function does not take, and those that it misses. */
export function checkArguments(
  _opened: OpenedFunction,
  _given: GivenArguments,
): void {}
