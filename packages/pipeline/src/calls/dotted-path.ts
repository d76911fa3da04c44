/**
 * Dotted paths as they are written: `module.sub.function`, `module::function`, or a mapping with such a `dotted_path`
 * and arguments. Looks at no file.
 */
import type { Location } from '@nx-notebook/notebook';
import type { Param } from '../pipeline.js';
import type { Problems } from '../problems.js';
import type { TextFile } from '../text-file.js';
import { keyName } from '../yaml/merge-entries.js';
import { describe, textIn, valueOf, type YamlNode } from '../yaml/yaml-node.js';

/** A dotted path in its two parts. */
export interface DottedPath {
  readonly text: string;
  readonly module: string;
  readonly name: string;
}

/** A dotted path of the yaml, and the arguments beside it. */
export interface WrittenCall {
  readonly path: DottedPath;
  readonly kwargs: readonly Param[];
  readonly location: Location;
}

/** Where a call is written, what it is for, and where problems go. */
export interface WrittenContext {
  readonly file: TextFile;
  /** For messages: `on_finish`. */
  readonly what: string;
  readonly problems: Problems;
}

/** The call, or undefined after reporting why it is none. */
export function readWrittenCall(
  node: YamlNode,
  { file, what, problems }: WrittenContext,
): WrittenCall | undefined {
  const entry =
    node.kind === 'mapping'
      ? node.entries.find(({ key }) => keyName(key) === 'dotted_path')
      : undefined;
  if (node.kind === 'mapping' && entry === undefined) {
    problems.error({
      code: 'invalid-dotted-path',
      message: `The mapping of ${what} has no "dotted_path".`,
      hint: 'Write {dotted_path: module.function, argument: value}.',
      location: file.locate(node.range),
    });
    return undefined;
  }
  const written = entry?.value ?? node;
  const location = file.locate(written.range);
  const text = textIn(written);
  if (text === undefined) {
    problems.error({
      code: 'invalid-dotted-path',
      message: `Expected dotted path spec of ${what} to be a str or Mapping, got ${describe(written)}.`,
      hint: 'Write the dotted path of a function: module.function.',
      location,
    });
    return undefined;
  }
  const path = splitDottedPath(text);
  if (path === undefined) {
    problems.error({
      code: 'invalid-dotted-path',
      message: `Invalid dotted path '${text}' of ${what}. Value must be a dot separated string, with at least two parts: [module_name].[function_name].`,
      hint: pathHint(text),
      location,
    });
    return undefined;
  }
  return { path, kwargs: argumentsOf(node), location };
}

/** The parts of a dotted path, or undefined if it is none. */
export function splitDottedPath(text: string): DottedPath | undefined {
  const way =
    /^([^\s:./\\'"()[\]{}]+(?:\.[^\s:./\\'"()[\]{}]+)*)(?:\.|::)([^\s:./\\'"()[\]{}]+)$/.exec(
      text,
    );
  const [, module, name] = way ?? [];
  return module === undefined || name === undefined
    ? undefined
    : { text, module, name };
}

function pathHint(text: string): string {
  return /[/\\]|\.py\b/.test(text)
    ? 'Write the module as Python imports it: "hooks/checks.py" with a function "run" is "hooks.checks.run".'
    : 'Write the module, a dot and the function: "hooks.check".';
}

function argumentsOf(node: YamlNode): readonly Param[] {
  if (node.kind !== 'mapping') return [];
  return node.entries
    .map(({ key, value }) => ({ name: keyName(key), value: valueOf(value) }))
    .filter(({ name }) => name !== 'dotted_path');
}
