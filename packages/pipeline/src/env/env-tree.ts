/**
 * The entries of an env file before their placeholders are replaced: nested by keys, each with its place, checked and
 * merged with those of the file that it imports from. Knows nothing of values.
 */
import type { PyValue } from '@nx-notebook/python';
import type { Problems } from '../problems.js';
import type { TextFile, TextRange } from '../text-file.js';
import { keyName } from '../yaml/merge-entries.js';
import type { YamlMapping, YamlNode } from '../yaml/yaml-node.js';

/** Where something stands. */
interface Place {
  readonly file: TextFile;
  readonly range: TextRange;
}

/** A value: as written, already replaced (it was imported), given for this run, or a mapping. */
export type EnvValue =
  | { readonly kind: 'written'; readonly node: YamlNode }
  | {
      readonly kind: 'resolved';
      readonly value: PyValue;
      readonly late: readonly string[];
    }
  | { readonly kind: 'given'; readonly text: string }
  | { readonly kind: 'mapping'; readonly entries: EnvTree };

/** One key. `place` is that of the key. */
export interface EnvEntry {
  readonly value: EnvValue;
  readonly place: Place;
}

/** Keys in order. */
export type EnvTree = ReadonlyMap<string, EnvEntry>;

/** The entries of a mapping; reports keys that can't be used. */
export function readTree(
  mapping: YamlMapping,
  file: TextFile,
  problems: Problems,
): EnvTree {
  return treeOf(mapping, { file, problems, isTop: true });
}

interface TreeContext {
  readonly file: TextFile;
  readonly problems: Problems;
  readonly isTop: boolean;
}

function treeOf(mapping: YamlMapping, context: TreeContext): EnvTree {
  const tree = new Map<string, EnvEntry>();
  const { file } = context;
  for (const { key, keyRange, value } of mapping.entries) {
    const name = keyName(key);
    checkKey(name, key.kind === 'str', { ...context, keyRange });
    tree.set(name, {
      place: { file, range: keyRange },
      value:
        value.kind === 'mapping'
          ? {
              kind: 'mapping',
              entries: treeOf(value, { ...context, isTop: false }),
            }
          : { kind: 'written', node: value },
    });
  }
  return tree;
}

function checkKey(
  name: string,
  isText: boolean,
  {
    file,
    problems,
    isTop,
    keyRange,
  }: TreeContext & { readonly keyRange: TextRange },
): void {
  const report = (message: string, hint: string): void => {
    problems.error({
      code: 'invalid-env-key',
      message,
      hint,
      location: file.locate(keyRange),
    });
  };
  if (!isText) {
    report(
      `Error validating env: the key "${name}" is no text.`,
      'Put it in quotes.',
    );
  } else if (name.includes('__')) {
    report(
      `Error validating env: Keys cannot have double underscores, got: "${name}".`,
      `Rename it, for example to "${name.replaceAll(/_+/g, '_')}".`,
    );
  } else if (isTop && name.startsWith('_') && name !== '_module') {
    report(
      `Error validating env: Top-level keys cannot start with an underscore, except for "_module", got: "${name}".`,
      `Rename it to "${name.replace(/^_+/, '')}".`,
    );
  }
}

/** Mappings are merged key by key, everything else is replaced; keys keep the place of their first appearance. */
export function mergeTrees(base: EnvTree, over: EnvTree): EnvTree {
  const merged = new Map(base);
  for (const [key, entry] of over) {
    const { value } = entry;
    const below = base.get(key)?.value;
    merged.set(
      key,
      below?.kind === 'mapping' && value.kind === 'mapping'
        ? {
            ...entry,
            value: {
              kind: 'mapping',
              entries: mergeTrees(below.entries, value.entries),
            },
          }
        : entry,
    );
  }
  return merged;
}

/** The tree with the values of this run; `used` learns which keys there were. */
export function overrideTree(
  tree: EnvTree,
  overrides: ReadonlyMap<string, string>,
  used: Set<string>,
  path = '',
): EnvTree {
  if (overrides.size === 0) return tree;
  const result = new Map<string, EnvEntry>();
  for (const [key, entry] of tree) {
    const name = `${path}${key}`;
    const text = overrides.get(name);
    const { value } = entry;
    if (value.kind === 'mapping') {
      const entries = overrideTree(value.entries, overrides, used, `${name}.`);
      result.set(key, { ...entry, value: { kind: 'mapping', entries } });
    } else if (text !== undefined) {
      used.add(name);
      result.set(key, { ...entry, value: { kind: 'given', text } });
    } else result.set(key, entry);
  }
  return result;
}

/** Dotted names of all values. */
export function leavesOf(tree: EnvTree, path = ''): readonly string[] {
  return [...tree].flatMap(([key, { value }]) =>
    value.kind === 'mapping'
      ? leavesOf(value.entries, `${path}${key}.`)
      : [`${path}${key}`],
  );
}
