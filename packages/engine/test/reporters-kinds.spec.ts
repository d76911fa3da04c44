/** What reporters say of tasks that are no notebooks, of variants, and of code that is worth a look. */
import { expect, test } from '@jest/globals';
import {
  createNdjsonReporter,
  createTaskTranscript,
  createTerminalReporter,
  type BuildEvent,
  type TaskRef,
} from '../src/index.js';
import { pipelineOf } from './test-workspace.js';

const pipeline = pipelineOf(
  '/repo/ml',
  [{ name: 'features', kind: 'function', source: '' }],
  { variant: '@sample' },
);
const [features] = pipeline.tasks.map((task) => ({
  project: 'ml',
  pipeline,
  task,
})) as unknown as [TaskRef];

const events: readonly BuildEvent[] = [
  { type: 'task-started', ref: features, reasons: ['source changed'] },
  {
    type: 'code-warnings',
    ref: features,
    diagnostics: [
      {
        severity: 'warning',
        code: 'unused-param',
        message: 'The param `n` is not used.',
        hint: 'Remove it.',
      },
    ],
  },
  { type: 'cell-started', ref: features, index: 0, ordinal: 1, total: 1 },
  {
    type: 'streamed',
    ref: features,
    index: 0,
    name: 'stdout',
    text: 'made 3 rows\n',
  },
];

test('a transcript shows no cells where the user has none', () => {
  const transcript = createTaskTranscript(features, {
    color: false,
    cwd: '/repo',
  });
  for (const event of events) transcript.reporter.handle(event);
  expect(transcript.text()).toBe(`\
runs: source changed
warning: The param \`n\` is not used. [unused-param]
 = Remove it.
made 3 rows
`);
});

test('a terminal says which variant runs, and for how long', () => {
  let text = '';
  let now = 0;
  const reporter = createTerminalReporter({
    write: (line) => {
      text += line;
    },
    color: false,
    verbose: false,
    now: () => now,
    cwd: '/repo',
  });
  for (const event of events) {
    now += 700;
    reporter.handle(event);
  }
  expect(text).toBe(`\
ml:features (sample)  runs: source changed
warning: The param \`n\` is not used. [unused-param]
 = Remove it.
ml:features (sample)  running  1.4 s
`);
});

test('a program is told the variant, too', () => {
  let text = '';
  const reporter = createNdjsonReporter({
    write: (line) => {
      text += line;
    },
  });
  for (const event of events.slice(0, 1)) reporter.handle(event);
  expect(text).toBe(
    '{"type":"task-started","project":"ml","variant":"@sample","task":"features","reasons":["source changed"]}\n',
  );
});
