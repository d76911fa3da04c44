/**
 * A scalar as a node: text is cast as Ploomber casts it, and kept as it was written for placeholders and messages.
 */
import { castString, type PyValue } from '@nx-notebook/python';
import type { TextRange } from '../text-file.js';
import { nodeOf, type YamlNode } from './yaml-node.js';

/** The node of a resolved scalar. */
export function scalarNode(value: PyValue, range: TextRange): YamlNode {
  if (value.kind !== 'str') return { kind: 'scalar', value, range };
  const text = value.value;
  if (isPlainWord(text)) return { kind: 'scalar', value, text, range };
  const node = nodeOf(castString(text), range);
  return node.kind === 'scalar' ? { ...node, text } : node;
}

/** The node of a value that is not there, at the place where it would stand. */
export function noneAt(range: TextRange): YamlNode {
  return { kind: 'scalar', value: { kind: 'none' }, range };
}

const word = /^[A-Za-z_][\w./-]*$/;
const constant = /^(?:true|false|none|null)$/i;

/**
 * Names and paths, which are no literals of Python. Most values are such; finding out by trying to read a literal would
 * take a third of the time of loading.
 */
function isPlainWord(text: string): boolean {
  return word.test(text) && !constant.test(text);
}
