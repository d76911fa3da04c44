/**
 * How `npm test` chooses and counts its parts.
 */
import { describe, expect, test } from '@jest/globals';
import {
  choosePart,
  closingLine,
  countJest,
  parts,
} from '../scripts/test/parts.mjs';

describe('choosing parts', () => {
  test('no argument means all', () => {
    expect(choosePart([])).toEqual({
      ok: true,
      names: new Set(parts.map(({ name }) => name)),
    });
  });

  test('lint stands for three', () => {
    expect(choosePart(['lint', 'unit'])).toEqual({
      ok: true,
      names: new Set(['eslint', 'prettier', 'knip', 'unit']),
    });
  });

  test('an unknown part is refused by name', () => {
    expect(choosePart(['unti'])).toEqual({
      ok: false,
      error:
        'There is no part unti. Parts: types, eslint, prettier, knip, unit, s3, kernel, e2e, lint.',
    });
  });
});

describe('counting jest', () => {
  test('takes its numbers', () => {
    const report = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 2 };
    expect(countJest(report, 1)).toEqual({ passed: 5, failed: 1, skipped: 2 });
  });

  test('a suite that does not load is a failure', () => {
    const report = { numPassedTests: 5, numRuntimeErrorTestSuites: 1 };
    expect(countJest(report, 1)).toEqual({ passed: 5, failed: 1, skipped: 0 });
  });

  test.each([
    ['a crash', undefined, 134],
    ['a bad end without a failed test', { numPassedTests: 5 }, 1],
    ['no test at all', { numPassedTests: 0 }, 0],
  ])('%s is a failure', (_, report, code) => {
    expect(countJest(report, code).failed).toBe(1);
  });

  test('all tests skipped is a failure where nothing explains it', () => {
    const report = { numPassedTests: 0, numPendingTests: 7 };
    expect(countJest(report, 0).failed).toBe(1);
    expect(countJest(report, 0, { mayBeSkipped: true })).toEqual({
      passed: 0,
      failed: 0,
      skipped: 7,
    });
  });
});

test('the closing line sums up', () => {
  const counts = { passed: 3, failed: 0, skipped: 0 };
  expect(closingLine([counts, counts])).toEqual({
    text: '6 passed, 0 failed',
    isGreen: true,
  });
  expect(closingLine([counts, { passed: 0, failed: 1, skipped: 2 }])).toEqual({
    text: '3 passed, 1 failed, 2 skipped',
    isGreen: false,
  });
});
