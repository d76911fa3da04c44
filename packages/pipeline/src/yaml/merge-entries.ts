/**
 * Puts the entries of a mapping together as PyYAML does: merged ones first, own ones after them; a later entry of the
 * same key replaces the value of an earlier one and keeps its key (of `1` and `true` the first) and its place.
 */
import type { PyValue } from '@nx-notebook/python';
import { pythonRepr } from '@nx-notebook/python';
import type { YamlEntry } from './yaml-node.js';

/** One entry for each key. `onDuplicate` hears of keys that the mapping itself has twice. */
export function mergeEntries(
  merged: readonly YamlEntry[],
  own: readonly YamlEntry[],
  onDuplicate: (first: YamlEntry, last: YamlEntry) => void,
): readonly YamlEntry[] {
  const entries = new Map<string, YamlEntry>();
  for (const entry of merged) entries.set(identityOf(entry.key), entry);
  const seen = new Map<string, YamlEntry>();
  for (const entry of own) {
    const identity = identityOf(entry.key);
    const first = seen.get(identity);
    if (first !== undefined) onDuplicate(first, entry);
    seen.set(identity, entry);
    const { key } = entries.get(identity) ?? entry;
    entries.set(identity, { ...entry, key });
  }
  return [...entries.values()];
}

/** A key as people would write it. */
export function keyName(key: PyValue): string {
  return key.kind === 'str' ? key.value : pythonRepr(key);
}

/** Equal for keys that Python's dict takes for one. */
function identityOf(key: PyValue): string {
  const isNumber =
    key.kind === 'bool' || key.kind === 'int' || key.kind === 'float';
  return isNumber
    ? `number ${String(Number(key.value))}`
    : `${key.kind} ${keyName(key)}`;
}
