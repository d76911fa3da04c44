/**
 * What is known of one key of a pipeline.yaml: its type, whether it counts, what it means. The tables made of such rules
 * are the one source of truth: checking reads them, and the tables of the package's README are compared with them.
 */

/** What a value may be, after casting. `empty` values are as if the key were not there; `null` has a meaning. */
export type ValueType =
  | 'text'
  | 'name'
  | 'boolean'
  | 'count'
  | 'seconds'
  | 'list'
  | 'mapping'
  | 'empty'
  | 'null'
  | 'any';

/** One key of one place. */
export interface KeyRule {
  /** `ignored` is accepted, with a warning if `instead` says more; `refused` is an error. */
  readonly support: 'supported' | 'ignored' | 'refused';
  /** The types that are accepted; keys that are refused are so whatever they hold. */
  readonly types: readonly ValueType[];
  readonly meaning: string;
  /** What to do instead of a refused key, or what happens in place of an ignored one. */
  readonly instead?: string;
}

/** The keys of one place. */
export type KeyTable = Readonly<Record<string, KeyRule>>;

/** A key that counts. */
export function supported(
  types: readonly ValueType[],
  meaning: string,
): KeyRule {
  return { support: 'supported', types, meaning };
}

/** A key that is accepted and has no effect; said only if `instead` is given. */
export function ignored(
  types: readonly ValueType[],
  meaning: string,
  instead?: string,
): KeyRule {
  return {
    support: 'ignored',
    types,
    meaning,
    ...(instead === undefined ? {} : { instead }),
  };
}

/** A key that is an error. */
export function refused(meaning: string, instead: string): KeyRule {
  return { support: 'refused', types: ['any'], meaning, instead };
}

/** Names of the keys of a place that are accepted. */
export function validKeys(table: KeyTable): readonly string[] {
  return Object.entries(table)
    .filter(([, rule]) => rule.support !== 'refused')
    .map(([name]) => name);
}
