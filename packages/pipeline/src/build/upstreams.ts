/**
 * The edges between tasks: every name known, no wildcard, no cycle; and which products of an upstream a task may read.
 */
import type { PythonFacts } from '@nx-notebook/python';
import type { ProductSpec, Upstream } from '../pipeline.js';
import type { Problems } from '../problems.js';
import type { Located } from '../spec/pipeline-spec.js';
import { didYouMean, listNames } from '../suggest.js';

/** A task and the names it asks for. */
export interface TaskNeeds {
  readonly name: string;
  readonly upstream: readonly Located<string>[];
}

/** Reports unknown names, wildcards and tasks that need themselves. */
export function checkUpstreams(
  tasks: readonly TaskNeeds[],
  names: readonly string[],
  problems: Problems,
): void {
  for (const task of tasks) {
    for (const { value, location } of task.upstream) {
      if (value.includes('*')) {
        const matching = names.filter((name) => matches(name, value));
        problems.error({
          code: 'not-supported-yet',
          message: `The wildcard "${value}" in upstream is not supported yet.`,
          hint:
            matching.length === 0
              ? 'Write the names of the tasks.'
              : `Write the names of the tasks: ${listNames(matching)}.`,
          location,
        });
      } else if (value === task.name) {
        problems.error({
          code: 'cycle',
          message: `Task '${task.name}' has itself as an upstream.`,
          hint: `Remove "${value}" from its upstream.`,
          location,
        });
      } else if (!names.includes(value)) {
        const others = names.filter((name) => name !== task.name);
        problems.error({
          code: 'unknown-upstream',
          message: `Task '${task.name}' has an upstream dependency '${value}', but such task doesn't exist. Available tasks: ${others.length === 0 ? 'none' : listNames(others)}.`,
          hint: didYouMean(
            value,
            others,
            'Correct the name or add the task; the name of a task is that of its source without the extension.',
          ),
          location,
        });
      }
    }
  }
}

function matches(name: string, wildcard: string): boolean {
  const pattern = wildcard
    .split(/\*+/)
    .map((part) => part.replaceAll(/[^\w]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`, 's').test(name);
}

/**
 * Keys of the products that a task may read, given how its source uses `upstream`. Everything, but for one case: an
 * executed notebook holds its source, so a comment would change it; it is left out when there are other products and
 * the source uses `upstream` only by literal subscripts that do not reach it. Other products stay even when no
 * subscript names them: a task that declares an upstream may well open its files by their paths.
 */
export function readsOf(
  upstream: string,
  product: ProductSpec,
  facts: PythonFacts | undefined,
): readonly string[] {
  if (product.kind === 'single') return [product.product.key];
  const keys = product.products.map(({ key }) => key);
  const use = facts?.upstreamUse;
  if (use?.kind !== 'subscripts' || keys.length === 1) return keys;
  const paths = use.paths.filter(([name]) => name === upstream);
  const isNotebookRead = (key: string): boolean =>
    paths.some(([, second]) => second === undefined || second === key);
  return product.products
    .filter(({ key, isNotebook }) => !isNotebook || isNotebookRead(key))
    .map(({ key }) => key);
}

/** The upstreams of a task, given the products of all tasks. */
export function linkUpstreams(
  task: TaskNeeds,
  facts: PythonFacts | undefined,
  products: ReadonlyMap<string, ProductSpec>,
): readonly Upstream[] {
  return task.upstream.flatMap(({ value }) => {
    const product = products.get(value);
    return product === undefined
      ? []
      : [{ task: value, reads: readsOf(value, product, facts) }];
  });
}
