/**
 * Tables and views as products: `[schema, name, table]`.
 */
import type { Location } from '@nx-notebook/notebook';
import type { PythonCall, Relation } from '../pipeline.js';
import type { Problem, Problems } from '../problems.js';
import { nearest } from '../suggest.js';
import type { TextRange } from '../text-file.js';
import { describe, textIn, type YamlNode } from '../yaml/yaml-node.js';

/** What a relation is made with. */
export interface RelationContext {
  /** `SQLRelation` (the default), `SQLiteRelation`, `PostgresRelation` or `GenericSQLRelation`. */
  readonly className: string | undefined;
  /** Undefined after it was reported that there is none. */
  readonly client: PythonCall | undefined;
  readonly locate: (range: TextRange) => Location;
  readonly problems: Problems;
}

/** Class -> whether what made a relation is noted beside it. */
const CLASSES: Readonly<Record<string, boolean>> = {
  SQLRelation: false,
  SQLiteRelation: true,
  PostgresRelation: true,
  GenericSQLRelation: true,
};

const EXAMPLE = 'Write for example: product: [schema, name, table].';

/** A longer name is cut by PostgreSQL. */
const longestName = 63;

/** The relation, or undefined after reporting why there is none. */
export function readRelation(
  node: YamlNode,
  { className = 'SQLRelation', client, locate, problems }: RelationContext,
): Relation | undefined {
  const parts = checkClass(className) ?? partsOf(node, className);
  if ('code' in parts) {
    problems.error({ ...parts, location: locate(node.range) });
    return undefined;
  }
  return client && { ...parts, isStamped: CLASSES[className] === true, client };
}

type Unlocated = Omit<Problem, 'location'>;

function checkClass(className: string): Unlocated | undefined {
  const known = Object.keys(CLASSES);
  if (known.includes(className)) return undefined;
  const near = nearest(className, known);
  return {
    code: 'unknown-product-class',
    message: `'${className}' is no class of relations.${near === undefined ? '' : ` Did you mean '${near}'?`}`,
    hint: `Valid classes are: ${known.join(', ')}.`,
  };
}

type Parts = Pick<Relation, 'schema' | 'name' | 'type'>;

function partsOf(node: YamlNode, className: string): Parts | Unlocated {
  const invalid = (message: string, hint = EXAMPLE): Unlocated => ({
    code: 'invalid-relation',
    message,
    hint,
  });
  if (node.kind !== 'sequence')
    return invalid(
      `${className} must be initialized with a collection of 2 or 3 elements, but the product is ${describe(node)}.`,
    );
  const { items } = node;
  if (items.length !== 2 && items.length !== 3)
    return invalid(
      `${className} must be initialized with a collection of 2 or 3 elements, got: ${items.length} elements.`,
    );
  const type = textIn(items.at(-1) ?? node);
  const name = textIn(items.at(-2) ?? node);
  const first = items.length === 3 ? items[0] : undefined;
  if (name === undefined || name === '')
    return invalid('The name of a relation must be text.');
  if (name.length > longestName)
    return invalid(
      `"${name}" exceeds maximum length of ${longestName} (length is ${name.length}).`,
      'Choose a shorter name.',
    );
  if (type !== 'table' && type !== 'view')
    return invalid(
      `kind must be one of ["view", "table"] got "${type ?? describe(items.at(-1) ?? node)}".`,
      'The last element says what the relation is: [schema, name, table].',
    );
  const schema = first === undefined ? undefined : textIn(first);
  const isEmpty = first?.kind === 'scalar' && first.value.kind === 'none';
  if (first !== undefined && schema === undefined && !isEmpty)
    return invalid('The schema of a relation must be text.');
  return {
    ...(schema === undefined || schema === '' ? {} : { schema }),
    name,
    type,
  };
}
