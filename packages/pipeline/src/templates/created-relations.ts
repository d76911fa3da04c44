/**
 * Whether an SQL script creates what its task declares. A look at its CREATE statements, good for warnings only.
 */
import type { Relation } from '../pipeline.js';
import type { Problems } from '../problems.js';
import type { OpenedTemplate } from './open-template.js';

const CREATE =
  /\bcreate\s+(?:or\s+replace\s+)?(?:(?:global\s+|local\s+)?(?:temporary|temp)\s+|unlogged\s+|materialized\s+)*(table|view)\s+(?:if\s+not\s+exists\s+)?(?:\{\{-?\s*(product)\s*-?\}\})?/gi;

/** Warns when nothing is created, or something of another type than declared. */
export function warnOfOtherRelations(
  { file }: Pick<OpenedTemplate, 'file'>,
  { name, type }: Relation,
  problems: Problems,
): void {
  const { text } = file;
  // Comments keep their length, so that places stay.
  const code = text.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, (comment) =>
    ' '.repeat(comment.length),
  );
  const created = [...code.matchAll(CREATE)];
  const hasMacro = /\{%-?\s*(?:import|include|from|extends|call)\b/.test(text);
  if (created.length === 0) {
    if (hasMacro || /\binto\b/i.test(code)) return;
    problems.warning({
      code: 'creates-nothing',
      message: `It appears that your script will not create any tables/views but the product parameter is ${type} "${name}".`,
      hint: `Write CREATE ${type.toUpperCase()} {{product}} AS SELECT ...`,
      location: file.firstLine,
    });
    return;
  }
  const other = created.find(
    ([, kind = '', product]) =>
      product !== undefined && kind.toLowerCase() !== type,
  );
  if (other === undefined) return;
  const start = other.index;
  problems.warning({
    code: 'creates-other',
    message: `It appears that your script will create a ${(other[1] ?? '').toLowerCase()}, but the product "${name}" is declared as a ${type}.`,
    hint: 'Make sure schema, name and kind (table or view) match.',
    location: file.locate({ start, end: start + other[0].length }),
  });
}
