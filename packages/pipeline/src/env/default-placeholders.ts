/**
 * The placeholders that every pipeline has: who and where one is, and what only a run knows. Nothing outside of the
 * workspace is read for them.
 */
import { userInfo } from 'node:os';
import type { PyValue } from '@nx-notebook/python';
import type { NamedValue } from './expander.js';
import { str, type Environ } from './template-value.js';

/** Reads environment variables and remembers their names. */
export class Variables {
  readonly #values: Readonly<Record<string, string | undefined>>;
  readonly #read = new Set<string>();

  constructor(values: Readonly<Record<string, string | undefined>>) {
    this.#values = values;
  }

  read(name: string): string | undefined {
    this.#read.add(name);
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
  }

  /** The names that were asked for, sorted. */
  get names(): readonly string[] {
    return [...this.#read].sort();
  }
}

/** What the default placeholders depend on. */
export interface DefaultPlace {
  /** Absolute folder of the file that the placeholders stand in or belong to. */
  readonly here: string;
  /** Absolute root of the project. */
  readonly root: string;
  /** Absolute working directory. */
  readonly cwd: string;
  readonly variables: Variables;
  /** Values by the id of the late value. */
  readonly late: ReadonlyMap<string, PyValue>;
}

/** Names that are in every env unless it sets them itself. */
export const defaultNames: readonly string[] = [
  ...['user', 'cwd', 'now', 'root', 'here', 'git', 'git_hash'],
];

/** The value of a default placeholder, or undefined if there is none of this name. */
export function defaultPlaceholder(
  name: string,
  { here, root, cwd, variables, late }: DefaultPlace,
): NamedValue | undefined {
  switch (name) {
    case 'here':
      return known(str(here));
    case 'root':
      return known(str(root));
    case 'cwd':
      return known(str(cwd));
    case 'user':
      return known(str(userName(variables)));
    case 'env': {
      const environ: Environ = {
        kind: 'environ',
        read: (variable) => variables.read(variable),
      };
      return { value: environ, late: [] };
    }
    case 'now':
    case 'git':
    case 'git_hash':
      // Without a value the tasks are known, but not what they are given.
      return { value: late.get(name) ?? str(`__${name}__`), late: [name] };
    default:
      return undefined;
  }
}

function known(value: PyValue): NamedValue {
  return { value, late: [] };
}

/** As Python's `getpass.getuser`. */
function userName(variables: Variables): string {
  for (const name of ['LOGNAME', 'USER', 'LNAME', 'USERNAME']) {
    const value = variables.read(name);
    if (value !== undefined && value !== '') return value;
  }
  try {
    return userInfo().username;
  } catch {
    // A user id without a name, as in many containers.
    return 'unknown';
  }
}
