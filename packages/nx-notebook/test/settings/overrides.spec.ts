/** Variables become dotted keys of env.yaml. */
import { expect, test } from '@jest/globals';
import { readOverrides } from '../../src/settings/overrides.js';
import {
  renderProblems,
  type Environment,
} from '../../src/settings/settings.js';

function overrides(env: Environment): unknown {
  const read = readOverrides(env);
  return read.ok ? Object.fromEntries(read.value) : renderProblems(read.error);
}

test('other variables are none', () => {
  expect(overrides({ PATH: '/bin', NX_NOTEBOOK_ENVX: '1' })).toEqual({});
});

test('two underscores stand for a level, one for itself', () => {
  expect(
    overrides({
      NX_NOTEBOOK_ENV__sample: 'true',
      NX_NOTEBOOK_ENV__path__out_dir: 'x=y',
      NX_NOTEBOOK_ENV__empty: '',
    }),
  ).toEqual({ sample: 'true', 'path.out_dir': 'x=y', empty: '' });
});

test('the order does not depend on that of the environment', () => {
  const read = readOverrides({
    NX_NOTEBOOK_ENV__b: '1',
    NX_NOTEBOOK_ENV__a: '2',
  });
  expect(read.ok && [...read.value.keys()]).toEqual(['a', 'b']);
});

test.each([
  ['NX_NOTEBOOK_ENV__'],
  ['NX_NOTEBOOK_ENV__a__'],
  ['NX_NOTEBOOK_ENV____a'],
])('%s names no key', (name) => {
  expect(overrides({ [name]: '1' })).toBe(
    `${name} names no key of env.yaml.\nNext: Write NX_NOTEBOOK_ENV__a__b for the key "b" below "a".\n`,
  );
});

test('a key that no variable of a shell can have', () => {
  expect(overrides({ 'NX_NOTEBOOK_ENV__a-b': '1' })).toMatch(
    /^NX_NOTEBOOK_ENV__a-b can't be given by a variable: .*\nNext: Change the value in env.yaml/,
  );
});
