/**
 * The edges between tasks: names known, wildcards expanded; and which products of an upstream a task may read.
 */
import type { Location } from '@nx-notebook/notebook';
import type { PythonFacts } from '@nx-notebook/python';
import type { ProductSpec, Upstream } from '../pipeline.js';
import type { Problems } from '../problems.js';
import type { Located } from '../spec/pipeline-spec.js';
import { didYouMean, listNames } from '../suggest.js';
import { productsOf } from '../products-of.js';
import { fitsWildcard, isWildcard } from './wildcard.js';

/** A task and the names it asks for, as written. */
export interface DeclaredNeeds {
  readonly name: string;
  readonly upstream: readonly Located<string>[];
}

/** One task that another one needs, and where that is said. */
export interface Need {
  readonly task: string;
  /** The wildcard that it was found by. */
  readonly pattern?: string;
  readonly location: Location;
}

/** A task and the tasks it needs, each once. */
export interface TaskNeeds {
  readonly name: string;
  readonly needs: readonly Need[];
}

/**
 * The tasks that a task needs, in the order in which they are injected. A task that is asked for twice (by name and
 * by a wildcard) counts where it comes first. Reports unknown names and tasks that need themselves.
 */
export function resolveNeeds(
  { name, upstream }: DeclaredNeeds,
  names: readonly string[],
  problems: Problems,
): TaskNeeds {
  const needs = new Map<string, Need>();
  for (const { value, location } of upstream) {
    const found = isWildcard(value)
      ? names.filter((other) => fitsWildcard(other, value))
      : names.filter((other) => other === value);
    if (found.length === 0) {
      reportUnknown({ name, value, location }, names, problems);
    }
    if (found.includes(name)) reportSelf({ name, value, location }, problems);
    for (const task of found) {
      if (task === name || needs.has(task)) continue;
      needs.set(task, {
        task,
        location,
        ...(isWildcard(value) ? { pattern: value } : {}),
      });
    }
  }
  return { name, needs: [...needs.values()] };
}

interface Asked {
  readonly name: string;
  readonly value: string;
  readonly location: Location;
}

function reportUnknown(
  { name, value, location }: Asked,
  names: readonly string[],
  problems: Problems,
): void {
  const others = names.filter((other) => other !== name);
  const available = others.length === 0 ? 'none' : listNames(others);
  if (isWildcard(value)) {
    problems.warning({
      code: 'wildcard-without-match',
      message: `The wildcard "${value}" in upstream fits no task, so nothing is injected for it.`,
      hint: `Available tasks: ${available}.`,
      location,
    });
    return;
  }
  problems.error({
    code: 'unknown-upstream',
    message: `Task '${name}' has an upstream dependency '${value}', but such task doesn't exist. Available tasks: ${available}.`,
    hint: didYouMean(
      value,
      others,
      'Correct the name or add the task; the name of a task is that of its source without the extension.',
    ),
    location,
  });
}

function reportSelf(
  { name, value, location }: Asked,
  problems: Problems,
): void {
  problems.error({
    code: 'cycle',
    message: `Task '${name}' has itself as an upstream${value === name ? '' : `, by the wildcard "${value}"`}.`,
    hint: isWildcard(value)
      ? 'Rename the task, or write a wildcard that does not fit it.'
      : `Remove "${value}" from its upstream.`,
    location,
  });
}

/**
 * Keys of the products that a task may read, given how its source uses `upstream`. Everything, but for one case: an
 * executed notebook holds its source, so a comment would change it; it is left out when there are other products and
 * the source uses `upstream` only by literal subscripts that do not reach it. Other products stay even when no
 * subscript names them: a task that declares an upstream may well open its files by their paths.
 */
function readsOf(
  { task, pattern }: Need,
  product: ProductSpec,
  facts: PythonFacts | undefined,
): readonly string[] {
  const products = productsOf({ product });
  const keys = products.map(({ key }) => key);
  const use = facts?.upstreamUse;
  if (use?.kind !== 'subscripts' || keys.length === 1) return keys;
  const way = pattern === undefined ? [task] : [pattern, task];
  const isNotebookRead = (key: string): boolean =>
    use.paths.some((path) =>
      [...way, key].every((part, index) => part === (path[index] ?? part)),
    );
  return products
    .filter(({ key, isNotebook }) => !isNotebook || isNotebookRead(key))
    .map(({ key }) => key);
}

/** The upstreams of a task, given the products of all tasks. */
export function linkUpstreams(
  needs: readonly Need[],
  facts: PythonFacts | undefined,
  products: ReadonlyMap<string, ProductSpec>,
): readonly Upstream[] {
  return needs.flatMap((need) => {
    const { task, pattern } = need;
    const product = products.get(task);
    if (product === undefined) return [];
    const reads = readsOf(need, product, facts);
    return [{ task, reads, ...(pattern === undefined ? {} : { pattern }) }];
  });
}
