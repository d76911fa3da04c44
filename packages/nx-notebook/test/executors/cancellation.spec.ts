/** Signals as Nx sends them. */
import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import {
  atMostHardStop,
  watchCancellation,
} from '../../src/executors/cancellation.js';

function watched() {
  const source = new EventEmitter();
  let stops = 0;
  const cancellation = watchCancellation(source, () => (stops += 1));
  return { source, cancellation, stops: () => stops };
}

test.each([['SIGINT'], ['SIGTERM'], ['disconnect']])(
  '%s cancels the run',
  (event) => {
    const { source, cancellation, stops } = watched();
    expect(cancellation.signal.aborted).toBe(false);
    source.emit(event);
    expect(cancellation.signal.aborted).toBe(true);
    expect(stops()).toBe(0);
  },
);

test('the SIGTERM that Nx sends behind a Ctrl-C is not a second Ctrl-C', () => {
  const { source, stops } = watched();
  source.emit('SIGINT');
  source.emit('SIGTERM');
  expect(stops()).toBe(0);
});

test('a second Ctrl-C stops at once', () => {
  const { source, stops } = watched();
  source.emit('SIGINT');
  source.emit('SIGINT');
  expect(stops()).toBe(1);
});

test('nothing is listened to afterwards', () => {
  const { source, cancellation } = watched();
  cancellation[Symbol.dispose]();
  for (const event of ['SIGINT', 'SIGTERM', 'disconnect']) {
    expect(source.listenerCount(event)).toBe(0);
  }
});

test('the end of kernels is waited for when it comes, and not for ever when it does not', async () => {
  await atMostHardStop(Promise.resolve());
  await atMostHardStop(new Promise(() => undefined));
});
