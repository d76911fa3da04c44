/**
 * Values of env.yaml for one run, from the environment: `NX_NOTEBOOK_ENV__path__out=x` replaces `path.out`. Whether a
 * pipeline has such a key is checked where its env is read. Pure.
 */
import { failure, success, type Result } from '@nx-notebook/notebook';
import type { Environment, OptionProblem } from './settings.js';

/** What the names of these variables begin with. */
export const overridePrefix = 'NX_NOTEBOOK_ENV__';

/** Dotted key -> text, sorted by key; empty when there are none. */
export type Overrides = ReadonlyMap<string, string>;

/** Reads the overrides. An empty text is a value like any other. */
export function readOverrides(
  env: Environment,
): Result<Overrides, readonly OptionProblem[]> {
  const problems: OptionProblem[] = [];
  const overrides = new Map<string, string>();
  for (const name of Object.keys(env).sort()) {
    const value = env[name];
    if (!name.startsWith(overridePrefix) || value === undefined) continue;
    const parts = name.slice(overridePrefix.length).split('__');
    if (parts.includes('')) problems.push(noKey(name));
    else if (!/^\w+$/.test(name)) problems.push(notForShells(name));
    else overrides.set(parts.join('.'), value);
  }
  return problems.length > 0 ? failure(problems) : success(overrides);
}

/** Shells drop such a variable, so what runs below them would not know of it. */
function notForShells(name: string): OptionProblem {
  return {
    message: `${name} can't be given by a variable: shells take letters, digits and underscores only.`,
    hint: 'Change the value in env.yaml, or in an env.<name>.yaml for `nx run-many -t execute -c <name>`.',
  };
}

function noKey(name: string): OptionProblem {
  return {
    message: `${name} names no key of env.yaml.`,
    hint: `Write ${overridePrefix}a__b for the key "b" below "a".`,
  };
}
