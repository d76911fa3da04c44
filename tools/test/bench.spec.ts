/**
 * How the bench compares and judges.
 */
import { describe, expect, test } from '@jest/globals';
import { interleave, isMet, median, table } from '../bench/measurement.mjs';

test.each([
  [[3], 3],
  [[4, 1], 2.5],
  [[9, 1, 2], 2],
])('the median of %j is %d', (values, middle) => {
  expect(median(values)).toBe(middle);
});

test('contestants take turns', async () => {
  const log: string[] = [];
  const contestant = (name: string, values: number[]) => ({
    name,
    prepare: () => Promise.resolve(void log.push(`prepare ${name}`)),
    measure: () => {
      log.push(name);
      return Promise.resolve(values.shift() ?? NaN);
    },
  });
  const measured = await interleave(
    [contestant('a', [1, 3]), contestant('b', [10, 20])],
    2,
  );
  expect(measured).toEqual({ a: 2, b: 15 });
  expect(log.filter((line) => !line.startsWith('prepare'))).toEqual([
    'a',
    'b',
    'a',
    'b',
  ]);
});

describe('a row', () => {
  const row = {
    name: 'cold',
    ours: '1.0 s',
    against: 'ploomber 3.0 s',
    ratio: 3,
    bound: 'at least',
    target: 2,
  } as const;

  test.each([
    ['at least', 2, true],
    ['at least', 3.5, false],
    ['at most', 3, true],
    ['at most', 2, false],
  ] as const)('%s %d: met is %s', (bound, target, met) => {
    expect(isMet({ ...row, bound, target })).toBe(met);
  });

  test('without a target is for information', () => {
    const { name, ours, against, ratio, bound } = row;
    const plain = { name, ours, against, ratio, bound };
    expect(isMet(plain)).toBe(true);
    expect(table([plain])).toBe(
      [
        '      ours   against         ratio  target',
        'cold  1.0 s  ploomber 3.0 s  3.00',
      ].join('\n'),
    );
  });

  test('is a line of the table', () => {
    expect(table([row, { ...row, name: 'x', target: 4 }])).toBe(
      [
        '      ours   against         ratio  target',
        'cold  1.0 s  ploomber 3.0 s  3.00   at least 2  met',
        'x     1.0 s  ploomber 3.0 s  3.00   at least 4  MISSED',
      ].join('\n'),
    );
  });
});
