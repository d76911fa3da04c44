/**
 * What `npm start` says at its end.
 */
import { expect, test } from '@jest/globals';
import { closingWords, joinReports } from '../scripts/start/summary.mjs';

const report = {
  tasks: [
    { projectName: 'one', target: 'execute--a' },
    { projectName: 'one', target: 'execute--b' },
    { projectName: 'one', target: 'execute' },
    { projectName: 'two', target: 'execute--a' },
  ],
};

const record = (project: string, task: string, status: string, at: string) => ({
  project,
  task,
  status,
  startedAt: `2026-01-01T${at}Z`,
});

const started = Date.parse('2026-01-01T10:00:00Z');

test('a task was executed when its record says so and is of this run', () => {
  const records = [
    record('one', 'a', 'executed', '10:00:01'),
    record('one', 'b', 'executed', '09:59:59'),
    record('two', 'a', 'restored', '10:00:01'),
  ];
  const tasks = joinReports(report, records, started);
  expect(tasks).toEqual([
    { project: 'one', task: 'a', wasExecuted: true },
    { project: 'one', task: 'b', wasExecuted: false },
    { project: 'two', task: 'a', wasExecuted: false },
  ]);
  expect(closingWords(tasks, '12 s', 'output/a.ipynb')).toBe(
    [
      '',
      '3 tasks in 12 s: 1 executed, 2 reused.',
      '  executed  one: a',
      '  reused    one: b',
      '            two: a',
      '',
      'Open output/a.ipynb',
      'Run `npm start` again: nothing is executed twice.',
    ].join('\n'),
  );
});
