/**
 * From a dotted path in the yaml to the function that it means. The module is found as Python would find it, and read,
 * never imported. What is not local is taken as installed: only a run knows the interpreter.
 */
import { hash } from 'node:crypto';
import type { PythonFacts } from '@nx-notebook/python';
import type { PythonCall } from '../pipeline.js';
import type { YamlNode } from '../yaml/yaml-node.js';
import type { CallContext } from './call-context.js';
import { checkHookArguments } from './hook-arguments.js';
import { readWrittenCall, type WrittenCall } from './dotted-path.js';
import { findDefinition, type LocalDefinition } from './find-definition.js';

/** A dotted path in the yaml, and what it is for. */
export interface CallQuery extends CallContext {
  /** What is called, for messages: `on_finish`, `client`, `param "x"`. */
  readonly what: string;
  /** Names of the arguments that are injected; they are not checked without it. */
  readonly available?: readonly string[];
}

/** The function, or undefined after reporting why there is none. */
export async function resolveCall(
  node: YamlNode,
  query: CallQuery,
): Promise<PythonCall | undefined> {
  const written = readWrittenCall(node, query);
  if (written === undefined) return undefined;
  const lookup = await findDefinition(written.path, written.location, query);
  if (lookup.status === 'refused') return undefined;
  const found = lookup.status === 'local' ? lookup.found : undefined;
  const { available } = query;
  if (found !== undefined && available !== undefined)
    checkHookArguments(written, found, { ...query, available });
  return callOf(written, found);
}

/** What is called, given where it is defined if that is a local file. */
export function callOf(
  { path, kwargs, location }: WrittenCall,
  found: LocalDefinition | undefined,
): PythonCall {
  const { text: dottedPath, module, name } = path;
  return {
    dottedPath,
    module,
    name,
    ...(found === undefined ? {} : { file: found.file }),
    digest: hash(
      'sha256',
      JSON.stringify([module, name, found?.definition.digest]),
    ),
    facts: found?.definition.facts ?? NO_FACTS,
    kwargs,
    location,
  };
}

/** Those who follow imports import the module of an installed function themselves. */
const NO_FACTS: PythonFacts = {
  imports: [],
  importsAnything: false,
  paths: [],
  upstreamUse: { kind: 'anything' },
};
