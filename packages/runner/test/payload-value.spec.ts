/** Values on their way to the driver and back. */
import { expect, test } from '@jest/globals';
import { castString, type PyValue } from '@nx-notebook/python';
import { decodeValue, encodeValue } from '../src/payload-value.js';

test.each([
  ['None', null],
  ['True', true],
  ['text', 'text'],
  ['12345678901234567890', { int: '12345678901234567890' }],
  ['1.0', { float: '1.0' }],
  ['1e-07', { float: '1e-07' }],
  ['[1, "a"]', [{ int: '1' }, 'a']],
  ['(1,)', { tuple: [{ int: '1' }] }],
  ['{1}', { set: [{ int: '1' }] }],
  [
    "{'b': 1, 2: None}",
    {
      dict: [
        ['b', { int: '1' }],
        [{ int: '2' }, null],
      ],
    },
  ],
  ["b'x'", { other: ['bytes', "b'x'"] }],
])('%s', (text, json) => {
  const value = castString(text);
  expect(encodeValue(value)).toEqual(json);
  expect(decodeValue(json)).toEqual(value);
});

test.each([Infinity, -Infinity, NaN, -0])('the float %p', (value) => {
  const float: PyValue = { kind: 'float', value };
  expect(decodeValue(encodeValue(float))).toEqual(float);
});

test('what the driver never sends is a bug', () => {
  expect(() => decodeValue(1)).toThrow('a number without a kind');
  expect(() => decodeValue({ what: 1 })).toThrow('unknown kind of value: what');
});
