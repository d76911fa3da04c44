/**
 * Where a task writes under each configuration. `outputs` exist once for a target, so with configurations they name
 * options, which each configuration sets. Nx puts options in as they are, so they are escaped as globs. Pure.
 */
import type { TargetConfiguration } from '@nx/devkit';
import { pathToGlob, tokenGlob } from './glob.js';
import {
  configurationsOf,
  unionOf,
  type ConfiguredTask,
  type PipelineSet,
} from './pipeline-set.js';

/** Which pipeline, and where it is. */
export interface ProductPlace {
  readonly set: PipelineSet;
  /** Relative to the workspace; `.` for its root. */
  readonly projectRoot: string;
}

/** The part of a target's options that depends on its configuration. */
export interface ConfiguredProducts {
  readonly options: Readonly<Record<string, unknown>>;
  readonly configurations?: NonNullable<TargetConfiguration['configurations']>;
}

/** Outputs of a target. */
export function productOutputs(
  task: ConfiguredTask,
  { set, projectRoot }: ProductPlace,
): string[] {
  if (configurationsOf(set).length === 0) {
    return unionOf(task, (variant) =>
      variant.task.products.map(({ path }) => tokenGlob(path, projectRoot)),
    ).slice();
  }
  const base = baseOf(task, projectRoot);
  return productKeys(task).map(
    (key, index) =>
      `${base.token}/{options.products.${optionName(key, index)}}`,
  );
}

/** Options and configurations; a configuration that lacks the task says so, and one that can't be loaded has no products. */
export function configuredProducts(
  task: ConfiguredTask,
  { set, projectRoot }: ProductPlace,
): ConfiguredProducts {
  const names = configurationsOf(set);
  if (names.length === 0) return { options: {} };
  const optionsOf = (configuration: string): Record<string, unknown> => {
    const variant = task.variants.find(
      (each) => each.configuration === configuration,
    );
    if (variant !== undefined) {
      const { prefix } = baseOf(task, projectRoot);
      const keys = productKeys(task);
      const products = variant.task.products.map(({ key, path }) => [
        optionName(key, keys.indexOf(key)),
        pathToGlob(path.slice(prefix.length)),
      ]);
      return { products: Object.fromEntries(products) as unknown };
    }
    const model = set.models.find(
      (each) => each.configuration === configuration,
    );
    return {
      products: {},
      ...(model?.pipeline === undefined ? {} : { absent: true }),
    };
  };
  return {
    options: optionsOf(''),
    configurations: Object.fromEntries(
      names.map((name) => [
        name,
        {
          environment: name,
          ...('absent' in optionsOf('') ? { absent: false } : {}),
          ...optionsOf(name),
        },
      ]),
    ),
  };
}

function productKeys(task: ConfiguredTask): readonly string[] {
  return unionOf(task, (variant) =>
    variant.task.products.map(({ key }) => key),
  );
}

/** Nx reads a dot as a level and takes few other characters; no key that is kept looks like a number that is given. */
function optionName(key: string, index: number): string {
  return /^[A-Za-z]\w*$/.test(key) ? key : `_${index}`;
}

/** `{projectRoot}` reads better; it fits where all products lie below a root without special characters. */
function baseOf(
  task: ConfiguredTask,
  projectRoot: string,
): { readonly token: string; readonly prefix: string } {
  const paths = unionOf(task, (variant) =>
    variant.task.products.map(({ path }) => path),
  );
  const isInside = paths.every((path) =>
    tokenGlob(path, projectRoot).startsWith('{projectRoot}/'),
  );
  return isInside
    ? {
        token: '{projectRoot}',
        prefix: projectRoot === '.' ? '' : `${projectRoot}/`,
      }
    : { token: '{workspaceRoot}', prefix: '' };
}
