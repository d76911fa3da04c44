/**
 * A writer that is killed at any of its requests, before the server saw it, after it was served, or in the middle of the
 * answer: readers see a miss or a complete hit, and the next writer is not hindered.
 */
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import {
  locationsIn,
  openScratch,
  requestFor,
  snapshot,
  writeProducts,
  type S3Server,
} from '@nx-notebook/testing';
import { openS3Harness, startServer, type Death } from './s3-harness.js';

// Each kill starts a process; the limit only ends what hangs.
jest.setTimeout(180_000);

let server: S3Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

it.each<Death['at']>(['request', 'body', 'response'])(
  'leaves a miss or a complete hit when it dies at the %s',
  async (at) => {
    await using scratch = await openScratch();
    const products = {
      nb: 'notebook'.repeat(10_000),
      data: { a: '1', b: '2', c: 'c'.repeat(70_000) },
    };
    const locations = await writeProducts(scratch.path('in'), products);
    const request = await requestFor('k', locations);
    const seen: string[] = [];
    for (let skip = 0; ; skip += 1) {
      await using harness = await openS3Harness(server);
      const end = await harness.kill(request, { match: { skip }, at });
      const out = scratch.path(`out-${skip}`);
      const hit = await harness.open().find(request.key);
      const restored = await hit?.restore(locationsIn(out, ['nb', 'data']));
      seen.push(`${end} ${restored?.status ?? 'miss'}`);
      expect(await snapshot(out)).toEqual(
        hit === undefined ? {} : await snapshot(scratch.path('in')),
      );
      const again = await harness.open().save(request);
      expect(again.status).toBe(hit === undefined ? 'saved' : 'exists');
      if (end === 'finished') break;
    }
    // The canary is asked for and written, the manifest asked for, three objects and the manifest written.
    const kills = seen.slice(0, -1);
    expect(kills.length).toBe(7);
    expect(kills.slice(0, -1)).toEqual(Array(6).fill('killed miss'));
    expect(kills.at(-1)).toBe(
      at === 'request' ? 'killed miss' : 'killed restored',
    );
    expect(seen.at(-1)).toBe('finished restored');
  },
);
