/**
 * The name of a task: as written, else by its source.
 */
import { pythonRepr } from '@nx-notebook/python';
import { keyName } from '../yaml/merge-entries.js';
import { textIn, type YamlNode } from '../yaml/yaml-node.js';
import type { Located } from './pipeline-spec.js';
import { extensionOf, sourceExtensions } from './task-class.js';

/** The name that a task has or would have, also when it is refused: other tasks may well ask for it. */
export function declaredName(node: YamlNode): string | undefined {
  const valueOf = (name: string): YamlNode | undefined =>
    node.kind === 'mapping'
      ? node.entries.find(({ key }) => keyName(key) === name)?.value
      : undefined;
  const name = valueOf('name');
  const named = name === undefined ? undefined : nameText(name);
  if (named !== undefined) return named;
  const source = textIn(valueOf('source') ?? node);
  return source === undefined ? undefined : nameOfSource(source);
}

/** The name of a task. Names are cast like any text: `'5'` is the number 5, and its name is "5". */
export function nameText(node: YamlNode): string | undefined {
  if (node.kind !== 'scalar') return undefined;
  const { value } = node;
  if (value.kind === 'str') return value.value;
  return value.kind === 'int' || value.kind === 'float'
    ? pythonRepr(value)
    : undefined;
}

/** The name of a task that has no `name`. */
export function defaultName(source: Located<string>): Located<string> {
  return { ...source, value: nameOfSource(source.value) };
}

/** The stem of a file, or the name of a function. */
function nameOfSource(source: string): string {
  const isFunction =
    !sourceExtensions.some((known) => known === extensionOf(source)) &&
    /^[^/\\\s]+\.[^./\\\s]+$/.test(source);
  return isFunction
    ? source.slice(source.lastIndexOf('.') + 1)
    : source.replace(/^.*[/\\]/s, '').replace(/(?<=.)\.[^.]*$/s, '');
}
