/** The parts of a shared store that bound what happens: a breaker, lanes, and what is brought ahead. */
import { describe, expect, it } from '@jest/globals';
import { Breaker } from '../../src/sharing/breaker.js';
import { Lanes } from '../../src/sharing/lanes.js';
import { ReadAheadBudget } from '../../src/sharing/read-ahead-budget.js';
import type { StoreTrouble } from '../../src/store.js';
import { gate } from './shared-fixtures.js';

function trouble(
  kind: StoreTrouble['kind'],
  reason = 'server error',
): StoreTrouble {
  return { operation: 'find', kind, reason, message: `${reason}.` };
}

describe('a breaker', () => {
  it.each([
    ['configuration', 'no credentials'],
    ['outage', 'time-out'],
    ['outage', 'unreachable'],
  ] as const)('is off at the first %s (%s)', (kind, reason) => {
    const breaker = new Breaker({ failuresToOff: 3, now: () => 500 });
    breaker.failed(trouble(kind, reason), 100);
    expect(breaker.signal.aborted).toBe(true);
    expect(breaker.why?.reason).toBe(reason);
    expect(breaker.lostMs).toBe(400);
  });

  it('counts the time from the first of the failures in a row', () => {
    let now = 0;
    const breaker = new Breaker({ failuresToOff: 3, now: () => now });
    for (const startedAt of [0, 1000, 2000]) {
      expect(breaker.signal.aborted).toBe(false);
      now = startedAt + 900;
      breaker.failed(trouble('outage'), startedAt);
    }
    expect(breaker.signal.aborted).toBe(true);
    expect(breaker.lostMs).toBe(2900);
  });

  it('is not off for damage, nor for trouble here', () => {
    const breaker = new Breaker({ failuresToOff: 2, now: () => 0 });
    breaker.failed(trouble('outage'), 0);
    breaker.failed(trouble('damage'), 0);
    breaker.failed(trouble('outage'), 0);
    breaker.failed(trouble('local'), 0);
    expect(breaker.signal.aborted).toBe(false);
    breaker.failed(trouble('outage'), 0);
    expect(breaker.signal.aborted).toBe(true);
  });

  it('keeps its first reason', () => {
    const breaker = new Breaker({ failuresToOff: 1, now: () => 0 });
    breaker.failed(trouble('outage', 'first'), 0);
    breaker.failed(trouble('configuration', 'second'), 0);
    breaker.switchOff(trouble('outage', 'third'));
    expect(breaker.why?.reason).toBe('first');
  });
});

describe('lanes', () => {
  it('run so many at once, and the lightest of those that wait', async () => {
    const lanes = new Lanes(2);
    const held = gate();
    const begun: string[] = [];
    const run = (name: string, weight: number): Promise<unknown> =>
      lanes.run(() => {
        begun.push(name);
        return held.passed;
      }, weight);
    const all = [
      run('a', 9),
      run('b', 9),
      run('heavy', 5),
      run('light', 1),
      run('light too', 1),
    ];
    expect(begun).toEqual(['a', 'b']);
    held.open();
    await Promise.all(all);
    expect(begun).toEqual(['a', 'b', 'light', 'light too', 'heavy']);
  });

  it('go on after a failure', async () => {
    const lanes = new Lanes(1);
    const failing = lanes.run(() => Promise.reject(new Error('no')));
    const next = lanes.run(() => Promise.resolve('yes'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });
});

describe('what is brought ahead', () => {
  it('waits while too much was not used yet', () => {
    const budget = new ReadAheadBudget();
    const brought: string[] = [];
    const bring = (key: string, bytes: number): void =>
      budget.bring(key, bytes, () => {
        brought.push(key);
        return Promise.resolve();
      });
    bring('a', 200_000_000);
    bring('b', 50_000_000);
    bring('c', 50_000_000);
    bring('d', 1);
    expect(brought).toEqual(['a', 'b']);
    budget.used('b');
    expect(brought).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is not brought twice for somebody who asks for it himself, nor after the end', () => {
    const budget = new ReadAheadBudget();
    const brought: string[] = [];
    const bring = (key: string, bytes: number): void =>
      budget.bring(key, bytes, () => {
        brought.push(key);
        return Promise.resolve();
      });
    bring('a', 256_000_000);
    bring('b', 1);
    bring('c', 1);
    budget.used('b');
    budget.stop();
    budget.used('a');
    expect(brought).toEqual(['a']);
  });
});
