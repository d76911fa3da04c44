/**
 * The product that an SQL template declares: `{% set product = SQLiteRelation(['name', 'table']) %}`.
 */
import type { Location } from '@nx-notebook/notebook';
import { parsePythonLiteral } from '@nx-notebook/python';
import type { Problems } from '../problems.js';
import type { TextFile, TextRange } from '../text-file.js';
import { nodeOf, type YamlNode } from '../yaml/yaml-node.js';
import type { JinjaToken } from './jinja-tokens.js';

/** A product that a template declares. */
export interface TemplateProduct {
  readonly node: YamlNode;
  readonly className: string;
  readonly locate: (range: TextRange) => Location;
}

const EXAMPLE = `{% set product = SQLRelation(['schema', 'name', 'table']) %}`;

/** The product, or undefined after reporting why there is none. */
export function readTemplateProduct(
  tokens: readonly JinjaToken[] | undefined,
  file: TextFile,
  problems: Problems,
): TemplateProduct | undefined {
  if (tokens === undefined) {
    problems.error({
      code: 'no-product',
      message: "Couldn't extract 'product' from the template.",
      hint: `Add for example ${EXAMPLE}.`,
      location: file.firstLine,
    });
    return undefined;
  }
  const [name, open, ...rest] = tokens;
  const close = rest.at(-1);
  const [first] = rest;
  const range = {
    start: (first ?? open ?? name)?.start ?? 0,
    end: close?.start ?? 0,
  };
  const literal = parsePythonLiteral(file.text.slice(range.start, range.end));
  const isCall =
    name?.kind === 'name' && open?.text === '(' && close?.text === ')';
  if (!isCall || !literal.ok) {
    problems.error({
      code: 'invalid-product',
      message:
        "Found a variable named 'product' in the template but it does not appear to be a valid SQL product.",
      hint: `Write a class and a literal, for example ${EXAMPLE}.`,
      location: file.locate({ start: name?.start ?? 0, end: close?.end ?? 0 }),
    });
    return undefined;
  }
  const { value } = literal;
  const list =
    value.kind === 'tuple' ? { ...value, kind: 'list' as const } : value;
  return {
    node: nodeOf(list, range),
    className: name.text,
    locate: (place) => file.locate(place),
  };
}
