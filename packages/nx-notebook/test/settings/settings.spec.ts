/** Options and variables become settings, or sentences that say what to change. */
import { availableParallelism } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { parseDuration, parseSize } from '../../src/settings/quantity.js';
import {
  isSet,
  options,
  renderProblems,
  resolveSettings,
  type Environment,
} from '../../src/settings/settings.js';

const defaults = { targetName: 'execute', kernels: availableParallelism() };

function settings(written: unknown, env: Environment = {}): unknown {
  const resolved = resolveSettings(written, env);
  return resolved.ok ? resolved.value : renderProblems(resolved.error);
}

test.each([[undefined], [{}]])('nothing is needed: %p', (written) => {
  expect(settings(written)).toEqual(defaults);
});

test.each([
  ['targetName', 'notebooks', { targetName: 'notebooks' }],
  ['python', 'env/bin/python', { python: 'env/bin/python' }],
  ['kernels', 3, { kernels: 3 }],
  ['localStore', '../store', { localStore: '../store' }],
  ['localStoreMaxSize', '20 GB', { localStoreMaxBytes: 20e9 }],
  ['localStoreMaxSize', 1000, { localStoreMaxBytes: 1000 }],
  ['cellTimeout', '10m', { cellTimeoutMs: 600_000 }],
  ['taskTimeout', 90, { taskTimeoutMs: 90_000 }],
  ['maxCellOutput', '1.5 MB', { maxCellOutputBytes: 1_500_000 }],
  ['store', 's3://team/x', { store: 's3://team/x' }],
  ['storeAccess', 'read-write', { storeAccess: 'read-write' }],
  ['storeScope', 'pr-42', { storeScope: 'pr-42' }],
  ['storeRegion', 'eu-central-1', { storeRegion: 'eu-central-1' }],
  ['storeEndpoint', 'https://minio', { storeEndpoint: 'https://minio' }],
  ['storePathStyle', true, { storePathStyle: true }],
  ['storeProfile', 'team', { storeProfile: 'team' }],
  ['storeUploadWait', '10m', { storeUploadWaitMs: 600_000 }],
  ['storePublicKeys', ['a', ' b '], { storePublicKeys: ['a', 'b'] }],
  ['nxCache', false, { nxCache: false }],
  ['notebooks', ['reports', 'x/*.py'], { notebooks: ['reports', 'x/*.py'] }],
  ['absolutePaths', true, { absolutePaths: true }],
])('the option %s', (name, value, expected) => {
  expect(settings({ [name]: value })).toEqual({ ...defaults, ...expected });
});

test.each([
  ['NX_NOTEBOOK_PYTHON', 'python', '/usr/bin/python3', '/usr/bin/python3'],
  ['NX_NOTEBOOK_KERNELS', 'kernels', '7', 7],
  ['NX_NOTEBOOK_LOCAL_STORE', 'localStore', '/s', '/s'],
  ['NX_NOTEBOOK_LOCAL_STORE_MAX_SIZE', 'localStoreMaxBytes', '1GB', 1e9],
  ['NX_NOTEBOOK_CELL_TIMEOUT', 'cellTimeoutMs', '5', 5000],
  ['NX_NOTEBOOK_TASK_TIMEOUT', 'taskTimeoutMs', '2h', 7_200_000],
  ['NX_NOTEBOOK_MAX_CELL_OUTPUT', 'maxCellOutputBytes', '5 kb', 5000],
  ['NX_NOTEBOOK_STORE_PATH_STYLE', 'storePathStyle', 'false', false],
  ['NX_NOTEBOOK_NX_CACHE', 'nxCache', '1', true],
  ['NX_NOTEBOOK_ABSOLUTE_PATHS', 'absolutePaths', 'true', true],
  ['NX_NOTEBOOK_STORE_PUBLIC_KEYS', 'storePublicKeys', 'a, b', ['a', 'b']],
])('%s wins over the option', (variable, setting, value, expected) => {
  const written = { python: 'other', kernels: 1, localStore: 'other' };
  const env = { [variable]: value };
  expect(settings(written, env)).toMatchObject({ [setting]: expected });
});

test('every option has a variable of its name, but what makes the graph', () => {
  for (const [name, { variable }] of Object.entries(options)) {
    const expected = `NX_NOTEBOOK_${name.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
    const isOfGraph = ['targetName', 'notebooks'].includes(name);
    expect(variable).toBe(isOfGraph ? undefined : expected);
  }
});

test('an empty variable counts as unset', () => {
  expect(settings({ kernels: 2 }, { NX_NOTEBOOK_KERNELS: '' })).toMatchObject({
    kernels: 2,
  });
});

test.each([[['../x']], [['/x']], [['C:\\\\x']], ['x'], [['']]])(
  'the option notebooks can not be %p',
  (notebooks) => {
    expect(settings({ notebooks })).toMatch(
      /^"notebooks" can't be .*\nNext: Set it in nx.json to a list of folders and globs below the workspace root\.\n$/,
    );
  },
);

test('all problems at once, each with its place and the next step', () => {
  const written = { kernel: 4, cellTimeout: 'soon', targetName: 'a b' };
  expect(settings(written, { NX_NOTEBOOK_KERNELS: 'many' })).toBe(
    `nx-notebook has no option "kernel".
Next: Options are targetName, python, kernels, localStore, localStoreMaxSize, cellTimeout, taskTimeout, maxCellOutput, store, storeAccess, storeScope, storeRegion, storeEndpoint, storePathStyle, storeProfile, storeUploadWait, storePublicKeys, nxCache, notebooks, absolutePaths.
"targetName" can't be "a b".
Next: Set it in nx.json to a target name of letters, digits, ".", "_" and "-".
NX_NOTEBOOK_KERNELS can't be "many".
Next: Set it in the environment to a whole number from 1.
"cellTimeout" can't be "soon".
Next: Set it in nx.json to seconds as a number, or a text such as "90s", "10m", "2h".
`,
  );
});

test('values of the shared store that can not be used', () => {
  const written = {
    storeAccess: 'write',
    storePathStyle: 'maybe',
    storePublicKeys: ['a', ''],
    store: ' ',
  };
  expect(settings(written)).toBe(
    `"store" can't be " ".
Next: Set it in nx.json to a text that is not empty.
"storeAccess" can't be "write".
Next: Set it in nx.json to "read", "read-write" or "off".
"storePathStyle" can't be "maybe".
Next: Set it in nx.json to true or false.
"storePublicKeys" can't be ["a",""].
Next: Set it in nx.json to a list of texts that are not empty.
`,
  );
});

test.each([[[]], ['x'], [null]])(
  'options that are no object: %p',
  (written) => {
    expect(settings(written)).toBe(
      'The options of nx-notebook in nx.json are not an object.\nNext: Write {"plugin": "nx-notebook", "options": {}}.\n',
    );
  },
);

describe('quantities', () => {
  test.each([
    ['250ms', 250],
    [' 1.5 s ', 1500],
    ['2min', 120_000],
    [0.5, 500],
  ])('duration %p', (value, ms) => {
    expect(parseDuration(value)).toEqual({ ok: true, value: ms });
  });

  test.each([[0], [-1], ['0s'], ['1 day'], [''], [true], [NaN], ['9999h']])(
    'no duration: %p',
    (value) => expect(parseDuration(value).ok).toBe(false),
  );

  test.each([[0], ['1 GiB'], ['lots'], [Infinity], ['99999999 TB']])(
    'no size: %p',
    (value) => expect(parseSize(value).ok).toBe(false),
  );
});

test.each([
  [undefined, false],
  ['', false],
  ['0', false],
  ['false', false],
  ['1', true],
  ['true', true],
])('a switch set to %p', (value, expected) => {
  expect(isSet(value)).toBe(expected);
});
