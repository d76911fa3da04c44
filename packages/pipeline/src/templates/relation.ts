/**
 * Tables and views as products: `[schema, name, table]`.
 */
import type { Location } from '@nx-notebook/notebook';
import type { PythonCall, Relation } from '../pipeline.js';
import type { Problems } from '../problems.js';
import type { TextRange } from '../text-file.js';
import type { YamlNode } from '../yaml/yaml-node.js';

/** What a relation is made with. */
export interface RelationContext {
  /** `SQLRelation` (the default), `SQLiteRelation`, `PostgresRelation` or `GenericSQLRelation`. */
  readonly className: string | undefined;
  readonly client: PythonCall | undefined;
  readonly locate: (range: TextRange) => Location;
  readonly problems: Problems;
}

/** The relation, or undefined after reporting why there is none. */
export function readRelation(
  _node: YamlNode,
  _context: RelationContext,
): Relation | undefined {
  return undefined;
}
