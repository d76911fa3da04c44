/**
 * Options of nx.json and NX_NOTEBOOK_* variables become checked settings here and nowhere else. Each row of the table
 * is one option: its variable, and how its value is read. Pure; knows neither Nx nor the file system.
 */
import { availableParallelism } from 'node:os';
import { failure, success, type Result } from '@nx-notebook/notebook';
import { parseDuration, parseSize } from './quantity.js';

/** Checked settings. Absent means: the default of the part that uses it. */
export interface Settings {
  readonly targetName: string;
  readonly python?: string;
  readonly kernels: number;
  readonly localStore?: string;
  readonly localStoreMaxBytes?: number;
  readonly cellTimeoutMs?: number;
  readonly taskTimeoutMs?: number;
  readonly maxCellOutputBytes?: number;
  /** As written; sharing.ts makes sense of these together. */
  readonly store?: string;
  readonly storeAccess?: StoreAccess;
  readonly storeScope?: string;
  readonly storeRegion?: string;
  readonly storeEndpoint?: string;
  readonly storePathStyle?: boolean;
  readonly storeProfile?: string;
  readonly storeUploadWaitMs?: number;
  readonly storePublicKeys?: readonly string[];
  readonly nxCache?: boolean;
  readonly notebooks?: readonly string[];
  readonly absolutePaths?: boolean;
}

/** What a run may do with the shared store. */
export type StoreAccess = (typeof accesses)[number];

const accesses = ['read', 'read-write', 'off'] as const;

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** An option that can't be used: one sentence and the next step. */
export interface OptionProblem {
  readonly message: string;
  readonly hint: string;
}

interface Option {
  /** Absent for what the shared graph must not take from one user's environment. */
  readonly variable?: string;
  readonly setting: keyof Settings;
  /** The value, or what was expected instead. */
  readonly read: (value: unknown) => Result<SettingValue, string>;
}

type SettingValue = number | string | boolean | readonly string[];

/** Every option of the plugin, by its name in nx.json. */
export const options: Readonly<Record<string, Option>> = {
  targetName: { setting: 'targetName', read: readTargetName },
  python: {
    variable: 'NX_NOTEBOOK_PYTHON',
    setting: 'python',
    read: readText,
  },
  kernels: {
    variable: 'NX_NOTEBOOK_KERNELS',
    setting: 'kernels',
    read: readCount,
  },
  localStore: {
    variable: 'NX_NOTEBOOK_LOCAL_STORE',
    setting: 'localStore',
    read: readText,
  },
  localStoreMaxSize: {
    variable: 'NX_NOTEBOOK_LOCAL_STORE_MAX_SIZE',
    setting: 'localStoreMaxBytes',
    read: parseSize,
  },
  cellTimeout: {
    variable: 'NX_NOTEBOOK_CELL_TIMEOUT',
    setting: 'cellTimeoutMs',
    read: parseDuration,
  },
  taskTimeout: {
    variable: 'NX_NOTEBOOK_TASK_TIMEOUT',
    setting: 'taskTimeoutMs',
    read: parseDuration,
  },
  maxCellOutput: {
    variable: 'NX_NOTEBOOK_MAX_CELL_OUTPUT',
    setting: 'maxCellOutputBytes',
    read: parseSize,
  },
  store: { variable: 'NX_NOTEBOOK_STORE', setting: 'store', read: readText },
  storeAccess: {
    variable: 'NX_NOTEBOOK_STORE_ACCESS',
    setting: 'storeAccess',
    read: readAccess,
  },
  storeScope: {
    variable: 'NX_NOTEBOOK_STORE_SCOPE',
    setting: 'storeScope',
    read: readText,
  },
  storeRegion: {
    variable: 'NX_NOTEBOOK_STORE_REGION',
    setting: 'storeRegion',
    read: readText,
  },
  storeEndpoint: {
    variable: 'NX_NOTEBOOK_STORE_ENDPOINT',
    setting: 'storeEndpoint',
    read: readText,
  },
  storePathStyle: {
    variable: 'NX_NOTEBOOK_STORE_PATH_STYLE',
    setting: 'storePathStyle',
    read: readFlag,
  },
  storeProfile: {
    variable: 'NX_NOTEBOOK_STORE_PROFILE',
    setting: 'storeProfile',
    read: readText,
  },
  storeUploadWait: {
    variable: 'NX_NOTEBOOK_STORE_UPLOAD_WAIT',
    setting: 'storeUploadWaitMs',
    read: parseDuration,
  },
  storePublicKeys: {
    variable: 'NX_NOTEBOOK_STORE_PUBLIC_KEYS',
    setting: 'storePublicKeys',
    read: readList,
  },
  nxCache: {
    variable: 'NX_NOTEBOOK_NX_CACHE',
    setting: 'nxCache',
    read: readFlag,
  },
  notebooks: { setting: 'notebooks', read: readPatterns },
  absolutePaths: {
    variable: 'NX_NOTEBOOK_ABSOLUTE_PATHS',
    setting: 'absolutePaths',
    read: readFlag,
  },
};

/** Settings of a run: the environment wins over nx.json, which wins over the defaults. */
export function resolveSettings(
  written: unknown,
  env: Environment,
): Result<Settings, readonly OptionProblem[]> {
  if (written !== undefined && !isRecord(written)) {
    return failure([
      {
        message: 'The options of nx-notebook in nx.json are not an object.',
        hint: 'Write {"plugin": "nx-notebook", "options": {}}.',
      },
    ]);
  }
  const given = written ?? {};
  const problems = unknownOptions(given);
  const settings: Record<string, SettingValue> = {
    targetName: 'execute',
    kernels: availableParallelism(),
  };
  for (const [name, option] of Object.entries(options)) {
    const source = sourceOf(name, { given, env, option });
    if (source === undefined) continue;
    const value = option.read(source.value);
    if (value.ok) settings[option.setting] = value.value;
    else problems.push(wrongValue(source, value.error));
  }
  return problems.length > 0
    ? failure(problems)
    : success(settings as unknown as Settings);
}

interface Source {
  readonly label: string;
  readonly place: string;
  readonly value: unknown;
}

/** Where the value of an option comes from. An empty variable counts as unset, as most shells can't unset for one command. */
function sourceOf(
  name: string,
  from: {
    readonly given: Readonly<Record<string, unknown>>;
    readonly env: Environment;
    readonly option: Option;
  },
): Source | undefined {
  const { variable } = from.option;
  const value = variable === undefined ? undefined : from.env[variable];
  if (variable !== undefined && value !== undefined && value !== '') {
    return { label: variable, place: 'in the environment', value };
  }
  return from.given[name] === undefined
    ? undefined
    : { label: `"${name}"`, place: 'in nx.json', value: from.given[name] };
}

function wrongValue(source: Source, expected: string): OptionProblem {
  return {
    message: `${source.label} can't be ${JSON.stringify(source.value)}.`,
    hint: `Set it ${source.place} to ${expected}.`,
  };
}

function unknownOptions(
  given: Readonly<Record<string, unknown>>,
): OptionProblem[] {
  return Object.keys(given)
    .filter((name) => !Object.hasOwn(options, name))
    .map((name) => ({
      message: `nx-notebook has no option "${name}".`,
      hint: `Options are ${Object.keys(options).join(', ')}.`,
    }));
}

function readTargetName(value: unknown): Result<string, string> {
  return typeof value === 'string' && /^[A-Za-z][\w.-]*$/.test(value)
    ? success(value)
    : failure('a target name of letters, digits, ".", "_" and "-"');
}

function readText(value: unknown): Result<string, string> {
  return typeof value === 'string' && value.trim() !== ''
    ? success(value)
    : failure('a text that is not empty');
}

function readCount(value: unknown): Result<number, string> {
  const count =
    typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 1
    ? success(count)
    : failure('a whole number from 1');
}

function readAccess(value: unknown): Result<StoreAccess, string> {
  const access = accesses.find((each) => each === value);
  return access === undefined
    ? failure('"read", "read-write" or "off"')
    : success(access);
}

/** Variables have texts only. */
function readFlag(value: unknown): Result<boolean, string> {
  if (value === true || value === 'true' || value === '1') return success(true);
  return value === false || value === 'false' || value === '0'
    ? success(false)
    : failure('true or false');
}

/** Variables have commas between the texts. */
function readList(value: unknown): Result<readonly string[], string> {
  const texts: unknown = typeof value === 'string' ? value.split(',') : value;
  const isList =
    Array.isArray(texts) &&
    texts.every((text) => typeof text === 'string' && text.trim() !== '');
  return isList
    ? success((texts as string[]).map((text) => text.trim()))
    : failure('a list of texts that are not empty');
}

/** Nothing outside of the workspace is looked at. */
function readPatterns(value: unknown): Result<readonly string[], string> {
  const list = Array.isArray(value) ? readList(value) : undefined;
  const isInside =
    list?.ok === true &&
    list.value.every(
      (entry) =>
        !/^([/\\]|[A-Za-z]:)/.test(entry) &&
        !entry.split(/[/\\]/).includes('..'),
    );
  return isInside
    ? list
    : failure('a list of folders and globs below the workspace root');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a variable switches something on: set, and not to nothing, `0` or `false`. */
export function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value);
}

/** Problems as lines for people. */
export function renderProblems(problems: readonly OptionProblem[]): string {
  return problems
    .map(({ message, hint }) => `${message}\nNext: ${hint}\n`)
    .join('');
}
