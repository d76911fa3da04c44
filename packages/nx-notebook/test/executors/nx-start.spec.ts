/** The start of the parent process, as the system tells it. */
import { expect, test } from '@jest/globals';
import { nxStartedNs } from '../../src/executors/nx-start.js';

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('the parent started before this process and after the machine', () => {
  const own = BigInt(Math.floor(Date.now() - process.uptime() * 1000));
  const parent = nxStartedNs() / 1_000_000n;
  expect(parent).toBeLessThanOrEqual(own);
  expect(nxStartedNs(1) / 1_000_000n).toBeLessThanOrEqual(parent);
});

test('a parent that is gone gives the start of this process', () => {
  const own = BigInt(Math.floor(Date.now() - process.uptime() * 1000));
  const difference = nxStartedNs(2 ** 30) / 1_000_000n - own;
  expect(Number(difference)).toBeLessThan(1000);
  expect(Number(difference)).toBeGreaterThan(-1000);
});
