/**
 * Compares the placeholders of a template with what its task gives: every param must be used, every placeholder have a
 * value.
 */
import type { ProductSpec } from '../pipeline.js';
import type { Problems } from '../problems.js';
import { didYouMean } from '../suggest.js';
import type { OpenedTemplate } from './open-template.js';
import { warnOfOtherRelations } from './created-relations.js';

/** What a task gives to its template. */
export interface GivenPlaceholders {
  readonly params: readonly string[];
  /** Undefined when it was refused. */
  readonly product: ProductSpec | undefined;
  readonly problems: Problems;
}

/** Reports placeholders without a value, and params that no placeholder uses. */
export function checkPlaceholders(
  opened: OpenedTemplate,
  { params, product, problems }: GivenPlaceholders,
): void {
  const { scan, file, usedElsewhere, declared } = opened;
  checkProduct(opened, problems);
  const given = new Set(['upstream', 'product', ...params]);
  const reported = new Set<string>();
  for (const { name, ...range } of scan.variables) {
    if (given.has(name) || isClassOfProduct(opened, name)) continue;
    if (reported.has(name)) continue;
    reported.add(name);
    problems.error({
      code: 'missing-placeholder',
      message: `The template uses {{${name}}}, but the task gives it no value: missing required parameters: {'${name}'}.`,
      hint: didYouMean(
        name,
        [...given],
        `Add "${name}" to the params of the task.`,
      ),
      location: file.locate(range),
    });
  }
  const used = new Set([
    ...scan.variables.map(({ name }) => name),
    ...usedElsewhere,
  ]);
  const unused = params.filter((name) => !used.has(name));
  if (unused.length > 0) {
    problems.error({
      code: 'unused-param',
      message: `Params that "${declared.value}" does not use: unused parameters: {${unused.map((name) => `'${name}'`).join(', ')}}.`,
      hint: `Use it as {{${unused[0] ?? ''}}}, or remove it from "params".`,
      location: declared.location,
    });
  }
  if (product?.kind === 'relation')
    warnOfOtherRelations(opened, product.relation, problems);
}

/** `SQLRelation` in `{% set product = SQLRelation(...) %}`. */
function isClassOfProduct({ product }: OpenedTemplate, name: string): boolean {
  return product?.className === name;
}

function checkProduct(
  { source, scan, file, usedElsewhere, product }: OpenedTemplate,
  problems: Problems,
): void {
  const isUsed =
    scan.variables.some(({ name }) => name === 'product') ||
    usedElsewhere.has('product') ||
    product !== undefined;
  if (isUsed || source.kind === 'sql-dump') return;
  problems.error(
    source.kind === 'shell'
      ? {
          code: 'no-product-placeholder',
          message: 'ShellScript must include {{product}} in its source.',
          hint: 'Write what the script makes to {{product}}, or to {{product["key"]}} when there are several.',
          location: file.firstLine,
        }
      : {
          code: 'no-product-placeholder',
          message: 'The {{product}} placeholder is required.',
          hint: 'Write for example: CREATE TABLE {{product}} AS SELECT ...',
          location: file.firstLine,
        },
  );
}
