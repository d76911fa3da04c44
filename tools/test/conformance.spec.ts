/**
 * How conformance is judged: what counts as a difference, and that the differences must be exactly the known ones.
 */
import { describe, expect, test } from '@jest/globals';
import {
  details,
  differences,
  judge,
  lastError,
  table,
  unknownCases,
} from '../conformance/compare.mjs';

const task = {
  name: 'a',
  kind: 'NotebookRunner',
  product: 'a.ipynb',
  upstream: ['b'],
  cell: '# Parameters\nproduct = "a.ipynb"\n',
  problem: null,
};
const accepted = (...tasks: (typeof task)[]) => ({ ok: true, tasks }) as const;
const refused = (error: string) => ({ ok: false, error }) as const;
const aspects = (
  ours: Parameters<typeof differences>[0],
  theirs: Parameters<typeof differences>[1],
) => differences(ours, theirs).map(({ aspect }) => aspect);

describe('a case', () => {
  test('that both understand alike has no difference', () => {
    expect(differences(accepted(task), accepted({ ...task }))).toEqual([]);
  });

  test.each([
    ['kind', { kind: 'ScriptRunner' }],
    ['product', { product: 'b.ipynb' }],
    ['upstream', { upstream: [] }],
    ['cell', { cell: '' }],
  ])('differs in its %s', (aspect, change) => {
    expect(aspects(accepted({ ...task, ...change }), accepted(task))).toEqual([
      aspect,
    ]);
  });

  test('differs in whether the code is faulty, not in how that is said', () => {
    const faulty = (problem: string) => ({ ...task, problem });
    const compare = (ours: object, theirs: object) =>
      differences(
        { ok: true, tasks: [{ ...task, ...ours }] },
        { ok: true, tasks: [{ ...task, ...theirs }] },
      ).map(({ aspect }) => aspect);
    expect(compare(faulty('x'), faulty('y'))).toEqual([]);
    expect(compare(faulty('x'), task)).toEqual(['code']);
  });

  test('with other tasks is compared no further', () => {
    expect(differences(accepted(task), accepted(task, task))).toEqual([
      { aspect: 'names', ours: 'a', theirs: 'a a' },
    ]);
  });

  test('that one of them refuses', () => {
    expect(aspects(accepted(task), refused('ValueError: no'))).toEqual([
      'accepted-here',
    ]);
    expect(aspects(refused('no'), accepted(task))).toEqual(['refused-here']);
  });

  test('that both refuse must have the phrases that people search for', () => {
    const theirs = refused('KeyError: x\nDAG already has\n a task with name');
    expect(aspects(refused('Two tasks are called a.'), theirs)).toEqual([
      'message',
    ]);
    expect(
      aspects(refused('DAG already has a task with name "a".'), theirs),
    ).toEqual([]);
  });
});

test('a traceback comes down to the last exception', () => {
  const text =
    'Traceback:\n  x\nValueError: first\n\nE.DAGCycle: second\nhelp: here\n';
  expect(lastError(text)).toBe('E.DAGCycle: second');
  expect(lastError('killed\n')).toBe('killed');
});

describe('the verdict', () => {
  const known = [
    { reason: 'on purpose', aspects: ['cell'], cases: ['01: x', '01: lost'] },
  ] as const;
  const cell = { aspect: 'cell', ours: 'a', theirs: 'b' } as const;
  const names = { aspect: 'names', ours: 'a', theirs: 'b' } as const;

  test.each([
    ['same', '01: y', []],
    ['known', '01: x', [cell]],
    ['new', '01: y', [cell]],
    ['new', '01: x', [cell, names]],
    ['gone', '01: x', []],
  ] as const)('is %s', (status, id, found) => {
    expect(judge(new Map([[id, found]]), known)).toMatchObject([{ status }]);
  });

  test('names listed cases that do not exist', () => {
    expect(unknownCases(new Map([['01: x', []]]), known)).toEqual(['01: lost']);
  });

  test('is printed by chapter', () => {
    const verdicts = judge(
      new Map([
        ['01: x', [cell]],
        ['01: y', []],
        ['02: z', [names]],
      ]),
      known,
    );
    const rows = table(verdicts)
      .split('\n')
      .map((row) => row.trim().split(/\s+/));
    expect(rows).toEqual([
      ['chapter', 'cases', 'same', 'known', 'new', 'gone'],
      ['01', '2', '1', '1', '0', '0'],
      ['02', '1', '0', '0', '1', '0'],
      ['all', '3', '1', '1', '1', '0'],
    ]);
  });

  test('shows both sides of a new difference', () => {
    const [verdict] = judge(new Map([['02: z', [names]]]), known);
    expect(verdict === undefined ? '' : details(verdict)).toBe(
      '02: z\n  names\n    ours:     a\n    Ploomber: b',
    );
  });

  test('says why a difference that is gone was listed', () => {
    const [verdict] = judge(new Map([['01: x', []]]), known);
    expect(verdict === undefined ? '' : details(verdict)).toBe(
      '01: x\n  listed as a difference (on purpose), but not all of it is there',
    );
  });
});
