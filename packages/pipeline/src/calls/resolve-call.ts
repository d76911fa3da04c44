/**
 * From a dotted path in the yaml to the function that it means. The module is found as Python would find it, and read,
 * never imported.
 */
import type { PythonCall } from '../pipeline.js';
import type { YamlNode } from '../yaml/yaml-node.js';
import type { CallContext } from './call-context.js';

/** A dotted path in the yaml, and what it is for. */
export interface CallQuery extends CallContext {
  /** What is called, for messages: `on_finish`, `client`, `param "x"`. */
  readonly what: string;
  /** Names of the arguments that are injected; they are not checked without it. */
  readonly available?: readonly string[];
}

/** The function, or undefined after reporting why there is none. */
export function resolveCall(
  _node: YamlNode,
  _query: CallQuery,
): Promise<PythonCall | undefined> {
  return Promise.resolve(undefined);
}
