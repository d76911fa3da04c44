/** What a build says about the store that its team shares: once, clearly, and nothing when all is well. */
import { describe, expect, test } from '@jest/globals';
import type { SharingSummary } from '@nx-notebook/store';
import {
  createTaskTranscript,
  createTerminalReporter,
  type BuildEvent,
  type Reporter,
  type TaskRef,
} from '../src/index.js';
import { formatBytes } from '../src/reporters/bytes.js';
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

/** A terminal whose time a test moves. */
function terminal(): {
  readonly reporter: Reporter;
  readonly time: { now: number };
  readonly output: () => string;
} {
  const time = { now: 0 };
  let text = '';
  const reporter = createTerminalReporter({
    write: (line) => {
      text += line;
    },
    color: false,
    verbose: false,
    now: () => time.now,
    cwd: '/repo',
  });
  return { reporter, time, output: () => text };
}

describe('a shared store', () => {
  const summary: SharingSummary = {
    label: 's3://team/x',
    asked: 3,
    hits: 1,
    downloadedBytes: 1000,
    uploaded: 2,
    uploadedBytes: 2000,
    alreadyThere: 2,
    keptHere: 0,
    notUploaded: {},
    troubles: [],
  };
  const restoredFrom = (ref: TaskRef, origin: string): BuildEvent => ({
    type: 'task-finished',
    outcome: {
      ref,
      startedAt: 0,
      endedAt: 0,
      status: 'restored',
      origin,
      savedMs: 0,
    },
  });
  const end: BuildEvent = { type: 'build-finished', durationMs: 1000 };

  /** What is printed at the end of a build with this summary. */
  function printed(changes: Partial<SharingSummary>): string {
    const { reporter, output } = terminal();
    reporter.handle({
      type: 'store-finished',
      summary: { ...summary, ...changes },
    });
    return output();
  }

  test('is in the last line: what came from where, and what was uploaded', () => {
    const { reporter, output } = terminal();
    reporter.handle(restoredFrom(clean, 's3'));
    reporter.handle(restoredFrom(fit, 'disk'));
    reporter.handle({ type: 'store-finished', summary });
    reporter.handle(end);
    expect(output()).toContain(
      '2 tasks in 1.0 s: 2 restored (1 from s3, 1 from disk); 2 uploaded to s3://team/x\n',
    );
  });

  test('all is well: nothing more to say', () => {
    expect(printed({})).toBe('');
  });

  test('results that were not uploaded are one line', () => {
    const notUploaded = { 'time-out': 3 };
    expect(printed({ notUploaded })).toBe(
      `warning: 3 of 7 results were not uploaded to s3://team/x: time-out.
  Tasks and their results are not affected; a later run that executes or restores them uploads them. Where uploads need longer, raise storeUploadWait.
`,
    );
  });

  test('a store that was switched off is one line, with what it cost', () => {
    const switchedOff =
      's3://team/x was not used any more in this run (10.0 s were lost): s3://team/x did not answer within 10.0 s.';
    const troubles: SharingSummary['troubles'] = [
      {
        operation: 'find',
        kind: 'outage',
        reason: 'time-out',
        message: 's3://team/x did not answer within 10.0 s.',
        count: 8,
      },
    ];
    expect(printed({ switchedOff, troubles })).toBe(
      `warning: ${switchedOff}\n`,
    );
    const notUploaded = { 'time-out': 1 };
    expect(printed({ switchedOff, troubles, notUploaded, uploaded: 0 })).toBe(
      `warning: ${switchedOff} 1 of 3 results was not uploaded.
  Tasks and their results are not affected; a later run that executes or restores them uploads them.
`,
    );
  });

  test('damage and outages that were got over are one line each', () => {
    const troubles: SharingSummary['troubles'] = [
      {
        operation: 'restore',
        kind: 'damage',
        reason: 'damaged entry',
        message: 'A stored entry is damaged.',
        count: 2,
      },
      {
        operation: 'find',
        kind: 'outage',
        reason: 'server error',
        message: 'The server failed (503).',
        count: 1,
      },
    ];
    expect(printed({ troubles })).toBe(
      `warning: A stored entry is damaged. (2 times)
warning: The server failed (503).
`,
    );
  });

  test('a wait for uploads shows now and then that something happens', () => {
    const { reporter, output, time } = terminal();
    for (let second = 0; second < 7; second += 1) {
      const results = 7 - second;
      reporter.handle({ type: 'uploading', results, bytes: results * 1e6 });
      time.now += 1000;
    }
    expect(output()).toBe(
      'uploading 7 results (7 MB)\nuploading 2 results (2 MB)\n',
    );
  });

  test('who never decided about sharing is told how to, at the very end', () => {
    const { reporter, output } = terminal();
    reporter.handle(restoredFrom(clean, 's3'));
    const changes = { uploaded: 0, keptHere: 2, howToShare: 'Set this.' };
    reporter.handle({
      type: 'store-finished',
      summary: { ...summary, ...changes },
    });
    reporter.handle(end);
    expect(output()).toMatch(
      /\n2 results stay on this machine\. Set this\.\n$/,
    );
  });

  test('the only output of a process says it as well, another transcript does not', () => {
    const written: string[] = [];
    const alone = createTaskTranscript(clean, {
      color: false,
      cwd: '/repo',
      write: (text) => written.push(text),
    });
    const among = createTaskTranscript(clean, { color: false, cwd: '/repo' });
    const notUploaded = { 'time-out': 1 };
    const event: BuildEvent = {
      type: 'store-finished',
      summary: { ...summary, notUploaded },
    };
    alone.reporter.handle(event);
    among.reporter.handle(event);
    expect(written.join('')).toBe(
      `warning: 1 of 5 results was not uploaded to s3://team/x: time-out.
  Tasks and their results are not affected; a later run that executes or restores them uploads them. Where uploads need longer, raise storeUploadWait.
uploaded to s3://team/x
`,
    );
    expect(among.text()).toBe('');
  });

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [3450, '3.5 kB'],
    [999_950, '1 MB'],
    [12_300_000, '12 MB'],
    [2e9, '2 GB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
