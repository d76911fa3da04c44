/**
 * A YAML document as values with places: scalars are Python values (see {@link resolvePlainScalar}), anchors are
 * followed, merges done, strings cast. Knows nothing of pipelines.
 */
import type { PyValue } from '@nx-notebook/python';
import type { TextRange } from '../text-file.js';

/** What all nodes have. */
interface YamlBase {
  readonly range: TextRange;
  /** Ids of the values, known to a run only, that a placeholder in this node was replaced by; not those further below. */
  readonly late?: readonly string[];
}

/** A scalar, and what is neither a list nor a mapping after casting (a tuple or a set). */
export interface YamlScalar extends YamlBase {
  readonly kind: 'scalar';
  readonly value: PyValue;
  /** What was written, when it was a string before casting. */
  readonly text?: string;
}

/** A list. */
export interface YamlSequence extends YamlBase {
  readonly kind: 'sequence';
  readonly items: readonly YamlNode[];
}

/** A mapping in the order of the file, each key once. */
export interface YamlMapping extends YamlBase {
  readonly kind: 'mapping';
  readonly entries: readonly YamlEntry[];
}

/** One entry of a mapping. Keys are not cast. */
export interface YamlEntry {
  readonly key: PyValue;
  readonly keyRange: TextRange;
  readonly value: YamlNode;
}

/** Any value of a document. */
export type YamlNode = YamlScalar | YamlSequence | YamlMapping;

/** The value without its places. */
export function valueOf(node: YamlNode): PyValue {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'sequence':
      return { kind: 'list', items: node.items.map(valueOf) };
    case 'mapping':
      return {
        kind: 'dict',
        entries: node.entries.map(({ key, value }) => [key, valueOf(value)]),
      };
  }
}

/** A value that stands as a whole at one place, as the value of a cast string does. */
export function nodeOf(value: PyValue, range: TextRange): YamlNode {
  if (value.kind === 'list') {
    const items = value.items.map((item) => nodeOf(item, range));
    return { kind: 'sequence', items, range };
  }
  if (value.kind === 'dict') {
    const entries = value.entries.map(([key, item]) => ({
      key,
      keyRange: range,
      value: nodeOf(item, range),
    }));
    return { kind: 'mapping', entries, range };
  }
  return { kind: 'scalar', value, range };
}

/** The text of a value that is text after casting. */
export function textIn(node: YamlNode): string | undefined {
  return node.kind === 'scalar' && node.value.kind === 'str'
    ? node.value.value
    : undefined;
}

/** What a user would call the value, with its article. */
export function describe(node: YamlNode): string {
  if (node.kind === 'sequence') return 'a list';
  if (node.kind === 'mapping') return 'a mapping';
  switch (node.value.kind) {
    case 'none':
      return 'empty';
    case 'bool':
      return node.value.value ? 'true' : 'false';
    case 'int':
      return 'an integer';
    case 'float':
      return 'a number';
    case 'str':
      return 'text';
    case 'list':
      return 'a list';
    case 'dict':
      return 'a mapping';
    case 'tuple':
      return 'a tuple';
    case 'set':
      return 'a set';
    case 'other':
      return `a value of type ${node.value.type}`;
  }
}

/** Ids of the late values in a node and below it, sorted. */
export function lateIn(node: YamlNode): readonly string[] {
  const ids = new Set<string>();
  const visited = new Set<YamlNode>();
  const visit = (next: YamlNode): void => {
    next.late?.forEach((id) => ids.add(id));
    if (next.kind === 'scalar' || visited.has(next)) return;
    visited.add(next);
    if (next.kind === 'sequence') next.items.forEach(visit);
    else for (const { value } of next.entries) visit(value);
  };
  visit(node);
  return ids.size === 0 ? nothingLate : [...ids].sort();
}

const nothingLate: readonly string[] = [];
