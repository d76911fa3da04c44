import { expect, test } from '@jest/globals';
import {
  combineReporters,
  createNdjsonReporter,
  createTaskTranscript,
  createTerminalReporter,
  formatDuration,
  renderFailure,
  type BuildEvent,
  type Reporter,
  type TaskFailure,
  type TaskRef,
} from '../src/index.js';
import { BoundedText } from '../src/reporters/bounded-text.js';
import { formatEstimate } from '../src/reporters/duration.js';
import { StreamLines } from '../src/reporters/stream-lines.js';
import { pipelineOf } from './test-workspace.js';

const pipeline = pipelineOf('/repo/ml', [
  { name: 'clean', source: '' },
  { name: 'fit', source: '' },
]);
const [clean, fit] = pipeline.tasks.map((task): TaskRef => ({
  project: 'ml',
  pipeline,
  task,
})) as [TaskRef, TaskRef];

const cellFailed: TaskFailure = {
  reason: 'execution-failed',
  cause: 'cell-failed',
  message: 'Cell 3 of 7 raised ValueError: no columns.',
  hint: 'Fix the cell, then run again.',
  detail: [
    '   1  x = 1',
    '>  2  raise ValueError',
    '',
    '\u001b[31mValueError\u001b[39m: no columns',
  ],
  partialNotebook: '/repo/ml/out/clean.partial.ipynb',
};

/** A clock and timers that a test moves by hand. */
class Time {
  now = 0;
  #timers: { readonly at: number; readonly callback: () => void }[] = [];

  readonly later = (ms: number, callback: () => void): (() => void) => {
    const timer = { at: this.now + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const [next] = this.#timers
        .filter(({ at }) => at <= end)
        .toSorted((one, other) => one.at - other.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.now = next.at;
      next.callback();
    }
    this.now = end;
  }

  get pending(): number {
    return this.#timers.length;
  }
}

function terminal(
  options: {
    readonly verbose?: boolean;
    readonly color?: boolean;
    readonly failures?: 'headline';
  } = {},
): {
  readonly reporter: Reporter;
  readonly time: Time;
  readonly text: () => string;
} {
  const time = new Time();
  let text = '';
  const reporter = createTerminalReporter({
    write: (line) => {
      text += line;
    },
    color: false,
    verbose: false,
    now: () => time.now,
    later: time.later,
    cwd: '/repo',
    ...options,
  });
  return { reporter, time, text: () => text };
}

function cell(ref: TaskRef, ordinal: number, total = 7): BuildEvent {
  return { type: 'cell-started', ref, index: ordinal, ordinal, total };
}

function printed(ref: TaskRef, text: string): BuildEvent {
  return { type: 'streamed', ref, index: 1, name: 'stdout', text };
}

test('a build in which something ran, was restored, failed and was skipped', () => {
  const { reporter, time, text } = terminal();
  reporter.handle({ type: 'build-started', tasks: 4 });
  reporter.handle({
    type: 'task-finished',
    outcome: {
      ref: fit,
      startedAt: 0,
      endedAt: 3,
      status: 'restored',
      origin: 'disk',
      savedMs: 61_000,
    },
  });
  reporter.handle({
    type: 'task-started',
    ref: clean,
    reasons: [
      'param `n` 100 -> 200',
      'source changed',
      'pandas 2.2.3 -> 2.3.0',
      'kernel a -> b',
      'resource `x` changed',
    ],
    estimateMs: 6200,
  });
  for (let ordinal = 1; ordinal <= 3; ordinal += 1) {
    reporter.handle(cell(clean, ordinal));
    time.pass(700);
  }
  reporter.handle(printed(clean, 'only in verbose builds\n'));
  reporter.handle({
    type: 'task-finished',
    outcome: {
      ref: clean,
      startedAt: 0,
      endedAt: time.now,
      status: 'failed',
      failure: cellFailed,
    },
  });
  reporter.handle({
    type: 'task-finished',
    outcome: {
      ref: fit,
      startedAt: 0,
      endedAt: 0,
      status: 'skipped',
      because: 'upstream `clean` failed',
    },
  });
  reporter.handle({
    type: 'task-finished',
    outcome: {
      ref: fit,
      startedAt: 0,
      endedAt: 0,
      status: 'fresh',
      savedMs: 1000,
    },
  });
  reporter.handle({
    type: 'warning',
    message: '1 of 4 results could not be kept in the store: disk on fire',
    hint: 'The products on disk are right.',
  });
  reporter.handle({ type: 'build-finished', durationMs: 2150 });
  expect(text()).toBe(`\
ml:fit  restored from disk (1 min 01 s saved)
ml:clean  runs: param \`n\` 100 -> 200, source changed, pandas 2.2.3 -> 2.3.0 and 2 more (about 6 s)
ml:clean  cell 2/7  1.0 s  (about 5 s left)
ml:clean  cell 3/7  2.0 s  (about 4 s left)
ml:clean  failed after 2.1 s

  Cell 3 of 7 raised ValueError: no columns.

     1  x = 1
  >  2  raise ValueError

  ValueError: no columns

  What ran until then: ml/out/clean.partial.ipynb
  Next: Fix the cell, then run again.

ml:fit  skipped: upstream \`clean\` failed
warning: 1 of 4 results could not be kept in the store: disk on fire
  The products on disk are right.
4 tasks in 2.1 s: 1 restored, 1 fresh, 1 failed, 1 skipped; 1 min 02 s saved
Failed: ml:clean
Open ml/out/clean.partial.ipynb
`);
  expect(time.pending).toBe(0);
});

test('a failure whose details stand elsewhere takes one line', () => {
  const { reporter, text } = terminal({ failures: 'headline' });
  reporter.handle({
    type: 'task-finished',
    outcome: {
      ref: clean,
      startedAt: 0,
      endedAt: 2100,
      status: 'failed',
      failure: cellFailed,
    },
  });
  expect(text()).toBe(
    'ml:clean  failed after 2.1 s: Cell 3 of 7 raised ValueError: no columns.\n',
  );
});

test('trivial cells give no line each, and a long cell is reminded of', () => {
  const { reporter, time, text } = terminal();
  reporter.handle({ type: 'task-started', ref: clean, reasons: ['never run'] });
  for (let ordinal = 1; ordinal <= 100; ordinal += 1) {
    reporter.handle(cell(clean, ordinal, 101));
    time.pass(1);
  }
  reporter.handle(cell(clean, 101, 101));
  time.pass(65_000);
  reporter.handle({
    type: 'task-finished',
    outcome: {
      ref: clean,
      startedAt: 0,
      endedAt: time.now,
      status: 'executed',
    },
  });
  reporter.handle({ type: 'build-finished', durationMs: time.now });
  expect(text()).toBe(`\
ml:clean  runs: never run
ml:clean  cell 101/101  1.0 s
ml:clean  cell 101/101  31.0 s
ml:clean  cell 101/101  1 min 01 s
ml:clean  executed in 1 min 05 s
1 task in 1 min 05 s: 1 executed
Open ml/out/clean.ipynb
`);
});

test('a task that takes longer than last time says so instead of counting below zero', () => {
  const { reporter, time, text } = terminal();
  reporter.handle({
    type: 'task-started',
    ref: clean,
    reasons: ['forced'],
    estimateMs: 900,
  });
  time.pass(1500);
  reporter.handle(cell(clean, 2));
  expect(text()).toBe(`\
ml:clean  runs: forced (about 1 s)
ml:clean  cell 2/7  1.5 s  (last time 900 ms)
`);
});

test('a build with nothing to do is one line and the notebook', () => {
  const { reporter, text } = terminal();
  for (const ref of [clean, fit]) {
    reporter.handle({
      type: 'task-finished',
      outcome: {
        ref,
        startedAt: 0,
        endedAt: 1,
        status: 'fresh',
        savedMs: 2000,
      },
    });
  }
  reporter.handle({ type: 'build-finished', durationMs: 30 });
  expect(text()).toBe(`\
2 tasks in 30 ms: 2 fresh; 4.0 s saved
Open ml/out/fit.ipynb
`);
});

test('no tasks at all', () => {
  const { reporter, text } = terminal();
  reporter.handle({ type: 'build-finished', durationMs: 1 });
  expect(text()).toBe('No tasks.\n');
});

test('a verbose build also says what is usual, and what cells print', () => {
  const { reporter, text } = terminal({ verbose: true });
  reporter.handle({
    type: 'waiting',
    ref: clean,
    reason: 'another run (process 7) has `ml:clean`',
  });
  reporter.handle({ type: 'task-started', ref: clean, reasons: ['never run'] });
  reporter.handle(printed(clean, '\u001b[31mone\u001b[39m\ntw'));
  reporter.handle(printed(clean, 'o\n 10%\r 50%\r100%\n'));
  reporter.handle(printed(clean, 'open'));
  reporter.handle({
    type: 'note',
    ref: clean,
    message: 'A note.',
    hint: 'A hint.',
  });
  reporter.handle({
    type: 'task-finished',
    outcome: { ref: clean, startedAt: 0, endedAt: 10, status: 'executed' },
  });
  reporter.handle({
    type: 'task-finished',
    outcome: {
      ref: fit,
      startedAt: 0,
      endedAt: 1,
      status: 'fresh',
      savedMs: 0,
    },
  });
  expect(text()).toBe(`\
ml:clean  waits: another run (process 7) has \`ml:clean\`
ml:clean  runs: never run
ml:clean  | one
ml:clean  | two
ml:clean  | 100%
ml:clean  A note.
  A hint.
ml:clean  | open
ml:clean  executed in 10 ms
ml:fit  fresh
`);
});

test('colours mark names and ends', () => {
  const { reporter, text } = terminal({ color: true });
  reporter.handle({
    type: 'task-finished',
    outcome: { ref: clean, startedAt: 0, endedAt: 10, status: 'executed' },
  });
  expect(text()).toBe(
    '\u001b[1mml:clean\u001b[22m  \u001b[32mexecuted in 10 ms\u001b[39m\n',
  );
});

const failures: readonly [TaskFailure, string][] = [
  [
    cellFailed,
    `\
Cell 3 of 7 raised ValueError: no columns.

   1  x = 1
>  2  raise ValueError

ValueError: no columns

What ran until then: ml/out/clean.partial.ipynb
Next: Fix the cell, then run again.`,
  ],
  [
    {
      reason: 'product-missing',
      products: ['a.csv'],
      message: 'Not written: a.csv.',
      hint: 'Write it.',
    },
    'Not written: a.csv.\nNext: Write it.',
  ],
  [{ reason: 'interrupted', message: 'Interrupted.' }, 'Interrupted.'],
  [
    {
      reason: 'internal-error',
      message: 'A bug.',
      stack: 'Error: bug\n    at place\n',
    },
    'A bug.\n\nError: bug\n    at place',
  ],
  [
    {
      reason: 'invalid-pipeline',
      message: 'The pipeline is broken.',
      hint: 'Correct it.',
      diagnostics: [
        {
          severity: 'error',
          code: 'unknown-key',
          message: '"prodcut" is not a key of a task.',
          location: {
            file: '/repo/ml/pipeline.yaml',
            line: 2,
            column: 3,
            length: 7,
            lineText: '  prodcut: x',
          },
        },
      ],
    },
    `\
The pipeline is broken.

ml/pipeline.yaml:2:3: error: "prodcut" is not a key of a task. [unknown-key]
  |
2 |   prodcut: x
  |   ~~~~~~~

Next: Correct it.`,
  ],
];

test.each(
  failures.map(([failure, text]) => [failure.reason, failure, text] as const),
)('the failure %s as lines', (_reason, failure, text) => {
  expect(
    renderFailure(failure, { color: false, cwd: '/repo' }).join('\n'),
  ).toBe(text);
});

test('the colours of a traceback are kept where colours are wanted', () => {
  const lines = renderFailure(cellFailed, { color: true, cwd: '/repo' });
  expect(lines).toContain('\u001b[31mValueError\u001b[39m: no columns');
});

test('the transcript of a task has what it printed, and nothing of others', () => {
  let written = '';
  const transcript = createTaskTranscript(clean, {
    color: false,
    cwd: '/repo',
    write: (text) => {
      written += text;
    },
  });
  const { reporter } = transcript;
  reporter.handle({ type: 'build-started', tasks: 2 });
  reporter.handle({
    type: 'waiting',
    ref: clean,
    reason: 'another run has `ml:clean`',
  });
  reporter.handle({
    type: 'task-started',
    ref: clean,
    reasons: ['source changed'],
  });
  reporter.handle(cell(clean, 1));
  reporter.handle(cell(clean, 2));
  reporter.handle(printed(clean, 'hello\nwor'));
  reporter.handle(printed(fit, 'not mine'));
  reporter.handle(printed(clean, 'ld'));
  reporter.handle({
    type: 'cell-finished',
    ref: clean,
    index: 2,
    durationMs: 5,
  });
  reporter.handle(cell(clean, 3));
  reporter.handle(printed(clean, 'bye\n'));
  reporter.handle({
    type: 'warning',
    ref: clean,
    message: 'Careful.',
    hint: 'Do this.',
  });
  reporter.handle({
    type: 'task-finished',
    outcome: {
      ref: clean,
      startedAt: 0,
      endedAt: 2100,
      status: 'failed',
      failure: { reason: 'interrupted', message: 'Interrupted.' },
    },
  });
  reporter.handle({ type: 'build-finished', durationMs: 3000 });
  expect(transcript.text()).toBe(`\
waits: another run has \`ml:clean\`
runs: source changed
--- cell 2/7 ---
hello
world
--- cell 3/7 ---
bye
warning: Careful.
  Do this.
interrupted after 2.1 s
Interrupted.
`);
  expect(written).toBe(transcript.text());
});

test('text beyond the bound is cut in the middle, and says so', () => {
  const text = new BoundedText(20);
  for (let count = 0; count < 1000; count += 1) text.add('0123456789');
  expect(text.text()).toBe(
    '0123456789\n[9980 characters are left out here; the executed notebook has them]\n0123456789',
  );
  const short = new BoundedText(20);
  short.add('0123456789abcdef');
  expect(short.text()).toBe('0123456789abcdef');
  expect(short.lastCharacter).toBe('f');
});

test('a line without an end does not grow for ever', () => {
  const lines: string[] = [];
  const stream = new StreamLines((line) => lines.push(line));
  for (let count = 0; count < 1000; count += 1)
    stream.add(`${count} % of it\r`);
  expect(lines).toEqual([]);
  stream.add('x'.repeat(10_001));
  expect(lines.map(({ length }) => length)).toEqual([10_001]);
  stream.end();
  expect(lines).toHaveLength(1);
});

test('events as lines of JSON name their task and nothing else of it', () => {
  let text = '';
  const reporter = createNdjsonReporter({
    write: (line) => {
      text += line;
    },
  });
  reporter.handle({ type: 'build-started', tasks: 1 });
  reporter.handle({ type: 'task-started', ref: clean, reasons: ['never run'] });
  reporter.handle({ type: 'warning', message: 'Careful.' });
  reporter.handle({
    type: 'task-finished',
    outcome: {
      ref: clean,
      startedAt: 1,
      endedAt: 2,
      status: 'fresh',
      savedMs: 3,
    },
  });
  expect(text).toBe(`\
{"type":"build-started","tasks":1}
{"type":"task-started","project":"ml","task":"clean","reasons":["never run"]}
{"type":"warning","message":"Careful."}
{"type":"task-finished","project":"ml","task":"clean","startedAt":1,"endedAt":2,"status":"fresh","savedMs":3}
`);
});

test('combined reporters hear every event in order', () => {
  const heard: string[] = [];
  const one = (name: string): Reporter => ({
    handle: ({ type }) => heard.push(`${name} ${type}`),
  });
  const both = combineReporters(one('first'), one('second'));
  both.handle({ type: 'build-started', tasks: 0 });
  expect(heard).toEqual(['first build-started', 'second build-started']);
});

test.each([
  [-5, '0 ms'],
  [999.4, '999 ms'],
  [1000, '1.0 s'],
  [59_949, '59.9 s'],
  [59_950, '1 min 00 s'],
  [200_000, '3 min 20 s'],
  [3_599_600, '1 h 00 min'],
  [3_900_000, '1 h 05 min'],
])('%d ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [1, '1 s'],
  [4400, '4 s'],
  [89_000, '89 s'],
  [200_000, '3 min'],
  [7_300_000, '2 h'],
])('about %d ms is %s', (ms, text) => {
  expect(formatEstimate(ms)).toBe(text);
});
