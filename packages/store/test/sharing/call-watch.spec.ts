/** When calls to a remote store are given up; time passes as the tests say. */
import {
  afterEach,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { CallWatch, type Meter } from '../../src/sharing/call-watch.js';
import type { StoreTrouble } from '../../src/store.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const patience = {
  silenceMs: 10_000,
  slowAfterMs: 30_000,
  minBytesPerSecond: 50_000,
};

function open(meter: Meter = { bytes: 0 }): {
  readonly watch: CallWatch;
  readonly troubles: StoreTrouble[];
  readonly stop: AbortController;
} {
  const troubles: StoreTrouble[] = [];
  const stop = new AbortController();
  const watch = new CallWatch({
    label: 's3://team',
    operation: 'find',
    patience,
    meter,
    signal: stop.signal,
    now: Date.now,
    onTrouble: (trouble) => troubles.push(trouble),
  });
  return { watch, troubles, stop };
}

const never = (): Promise<never> => new Promise(() => undefined);

/** A call that never ends, with bytes each second. */
function trickle(watch: CallWatch, bytes: number): () => Promise<never> {
  return () => {
    setInterval(() => watch.call.onBytes?.(bytes), 1000);
    return never();
  };
}

describe('a watched call', () => {
  it('gives its value', async () => {
    const { watch, troubles } = open();
    expect(await watch.during(() => Promise.resolve(7))).toEqual({ value: 7 });
    expect(troubles).toEqual([]);
  });

  it('rejects as the call does', async () => {
    const { watch } = open();
    const failing = (): Promise<never> => Promise.reject(new Error('bug'));
    await expect(watch.during(failing)).rejects.toThrow('bug');
  });

  it('is given up after silence, and the store is told', async () => {
    const { watch, troubles } = open();
    const ended = watch.during(never);
    await jest.advanceTimersByTimeAsync(9_000);
    expect(watch.call.signal?.aborted).toBe(false);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(await ended).toBeUndefined();
    expect(watch.call.signal?.aborted).toBe(true);
    expect(troubles).toEqual([
      {
        operation: 'find',
        kind: 'outage',
        reason: 'time-out',
        message: 's3://team did not answer within 10 s.',
      },
    ]);
  });

  it('goes on as long as bytes come fast enough', async () => {
    const { watch, troubles } = open();
    const ended = watch.during(trickle(watch, 60_000));
    await jest.advanceTimersByTimeAsync(600_000);
    expect(troubles).toEqual([]);
    await jest.advanceTimersByTimeAsync(0);
    expect(watch.call.signal?.aborted).toBe(false);
    void ended;
  });

  it('is given up when bytes only trickle', async () => {
    const { watch, troubles } = open();
    const ended = watch.during(trickle(watch, 1000));
    await jest.advanceTimersByTimeAsync(30_000);
    expect(await ended).toBeUndefined();
    expect(troubles).toMatchObject([
      {
        reason: 'time-out',
        message: 's3://team is too slow: 1 kB/s over 30 s.',
      },
    ]);
  });

  it('is not slow when others have the line', async () => {
    const meter = { bytes: 0 };
    const { watch, troubles } = open(meter);
    const other = open(meter).watch;
    void watch.during(trickle(watch, 1000));
    void other.during(trickle(other, 100_000));
    await jest.advanceTimersByTimeAsync(120_000);
    expect(troubles).toEqual([]);
  });

  it('may be silent for longer when it moves a large file at once', async () => {
    const { watch, troubles } = open();
    void watch.during(never, 100_000_000);
    await jest.advanceTimersByTimeAsync(29_000);
    expect(troubles).toEqual([]);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(troubles).toHaveLength(1);
  });

  it('lets no time pass between calls', async () => {
    const { watch, troubles } = open();
    await watch.during(() => Promise.resolve());
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect(await watch.during(() => Promise.resolve(1))).toEqual({ value: 1 });
    expect(troubles).toEqual([]);
  });

  it('ends at once with its caller, and says nothing then', async () => {
    const { watch, troubles, stop } = open();
    const ended = watch.during(never);
    stop.abort();
    expect(await ended).toBeUndefined();
    watch.call.onTrouble({
      operation: 'find',
      kind: 'outage',
      reason: 'aborted',
      message: 'It was aborted.',
    });
    expect(troubles).toEqual([]);
    expect(await watch.during(() => Promise.resolve(1))).toBeUndefined();
  });
});
