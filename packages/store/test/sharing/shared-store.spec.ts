/** The disk with a team's store behind it: what one machine made, others restore; what goes wrong is counted. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { keyOf, snapshot } from '@nx-notebook/testing';
import { openDiskStore } from '../../src/disk/disk-store.js';
import type { RemoteCall, SaveOutcome, StoreTrouble } from '../../src/store.js';
import { gate, openTeam, silence } from './shared-fixtures.js';

const PRODUCTS = { nb: 'notebook', data: { 'a.csv': '1', 'b/c.csv': '2' } };
const NAMES = ['nb', 'data'];
const LARGE = 'x'.repeat(16_000_001);

const quick = { silenceMs: 100, tickMs: 10 };

function troubled(trouble: Partial<StoreTrouble>) {
  return (_: unknown, call: RemoteCall): Promise<undefined> => {
    call.onTrouble?.({
      operation: 'find',
      kind: 'outage',
      reason: 'server error',
      message: 'The server failed.',
      ...trouble,
    });
    return Promise.resolve(undefined);
  };
}

describe('a shared store', () => {
  it('gives others what one machine saved, and keeps it on their disks', async () => {
    await using team = await openTeam();
    const ann = team.join('ann');
    expect((await ann.save('k', PRODUCTS)).status).toBe('saved');
    expect(await ann.finish()).toEqual({
      label: 's3://team/store',
      asked: 0,
      hits: 0,
      downloadedBytes: 0,
      uploaded: 1,
      uploadedBytes: 10,
      alreadyThere: 0,
      keptHere: 0,
      notUploaded: {},
      troubles: [],
    });

    const bob = team.join('bob');
    const made = await snapshot(team.scratch.path('ann', 'in', 'k'));
    expect(await bob.restore('k', NAMES)).toEqual({ origin: 's3', ...made });
    expect(await bob.restore('k', NAMES)).toEqual({ origin: 'disk', ...made });
    expect(await bob.finish()).toMatchObject({
      asked: 1,
      hits: 1,
      uploaded: 0,
    });
  });

  it('asks nobody for what is on this disk', async () => {
    await using team = await openTeam();
    const ann = team.join('ann');
    await ann.save('k', PRODUCTS);
    const hit = await ann.store.find(keyOf('k'));
    expect(hit?.origin).toBe('disk');
    expect(ann.remote.found).toEqual([]);
    await ann.finish();
  });

  it('asks once for a key that nobody has, until this run makes it', async () => {
    await using team = await openTeam();
    const ann = team.join('ann', { access: 'read' });
    expect(await ann.restore('k', NAMES)).toBe('miss');
    expect(await ann.restore('k', NAMES)).toBe('miss');
    expect(await ann.store.expect(keyOf('k'))).toBeUndefined();
    expect(ann.remote.found).toHaveLength(1);
    await ann.save('k', PRODUCTS);
    expect(await ann.restore('k', NAMES)).toMatchObject({ origin: 'disk' });
    expect(await ann.finish()).toMatchObject({ keptHere: 1, uploaded: 0 });
    expect(await readdir(team.folder)).toEqual([]);
  });

  it('brings a key once for all who ask at the same time', async () => {
    await using team = await openTeam();
    const ann = team.join('ann');
    await ann.save('k', { nb: 'notebook' });
    await ann.finish();

    const bob = team.join('bob');
    const hits = await Promise.all(
      Array.from({ length: 8 }, () => bob.store.find(keyOf('k'))),
    );
    expect(hits.map((hit) => hit?.origin)).toEqual(Array(8).fill('s3'));
    expect([bob.remote.found.length, bob.remote.fetched.length]).toEqual([
      1, 1,
    ]);
  });

  it('counts a result that somebody else had uploaded', async () => {
    await using team = await openTeam();
    const [ann, bob] = [team.join('ann'), team.join('bob')];
    await ann.save('k', { nb: 'first' });
    await ann.finish();
    expect((await bob.save('k', { nb: 'second' })).status).toBe('saved');
    expect(await bob.finish()).toMatchObject({ alreadyThere: 1, uploaded: 0 });
    expect(await team.join('eve').restore('k', ['nb'])).toMatchObject({
      '/nb': 'first',
    });
  });

  it('gives others what was made before there was a shared store', async () => {
    await using team = await openTeam();
    const local = openDiskStore({ root: team.scratch.path('ann', 'store') });
    const before = team.join('ann', { local, access: 'read' });
    await before.save('k', PRODUCTS);
    const ann = team.join('ann', { local });
    expect(await ann.restore('k', NAMES)).toMatchObject({ origin: 'disk' });
    expect(await ann.finish()).toMatchObject({ uploaded: 1 });
    const again = team.join('ann', { local });
    await again.restore('k', NAMES);
    expect(await again.finish()).toMatchObject({
      uploaded: 0,
      alreadyThere: 0,
    });
    expect(again.remote.saved).toEqual([]);
    expect(await team.join('bob').restore('k', NAMES)).not.toBe('miss');
  });

  it('uploads the bytes that were saved, whatever becomes of the product', async () => {
    await using team = await openTeam();
    const ann = team.join('ann');
    const held = gate();
    ann.remote.script.save = () => held.passed;
    await ann.save('k', { nb: 'saved' });
    await writeFile(team.scratch.path('ann', 'in', 'k', 'nb'), 'later');
    held.open();
    expect(await ann.finish()).toMatchObject({ uploaded: 1 });
    expect(await team.join('bob').restore('k', ['nb'])).toMatchObject({
      '/nb': 'saved',
    });
  });

  it('restores large entries without a stop on disk, and keeps them afterwards', async () => {
    await using team = await openTeam();
    const ann = team.join('ann');
    await ann.save('k', { data: LARGE });
    await ann.finish();

    const bob = team.join('bob');
    const hit = await bob.store.find(keyOf('k'));
    expect(bob.remote.fetched).toEqual([]);
    const path = team.scratch.path('bob', 'out', 'data');
    expect(await hit?.restore([{ name: 'data', path }])).toEqual({
      status: 'restored',
    });
    await bob.finish();
    expect(bob.remote.fetched).toHaveLength(1);
    expect((await bob.local.find(keyOf('k')))?.manifest).toEqual(hit?.manifest);
  });

  it('goes round a local store that can not be written', async () => {
    await using team = await openTeam();
    const ann = team.join('ann');
    await ann.save('k', PRODUCTS);
    await ann.finish();

    await mkdir(team.scratch.path('bob'));
    await writeFile(team.scratch.path('bob', 'store'), 'no folder');
    const bob = team.join('bob');
    expect(await bob.restore('k', NAMES)).toMatchObject({ origin: 's3' });
    expect(await bob.save('other', { nb: 'x' })).toMatchObject({
      status: 'failed',
    });
    expect(await bob.finish()).toMatchObject({
      uploaded: 1,
      troubles: [
        { kind: 'local', reason: 'local store not writable', count: 1 },
      ],
    });
    expect(await team.join('eve').restore('other', ['nb'])).not.toBe('miss');
  });
});

describe('reading ahead', () => {
  it('gives the manifest at once, and the entry to whoever asks next', async () => {
    await using team = await openTeam();
    const ann = team.join('ann');
    await ann.save('k', { nb: 'notebook' });
    await ann.finish();

    const bob = team.join('bob');
    const held = gate();
    bob.remote.script.fetch = () => held.passed;
    const manifest = await bob.store.expect(keyOf('k'));
    expect(manifest?.products.map(({ name }) => name)).toEqual(['nb']);
    const restored = bob.restore('k', ['nb']);
    held.open();
    expect(await restored).toMatchObject({ origin: 's3', '/nb': 'notebook' });
    expect([bob.remote.found.length, bob.remote.fetched.length]).toEqual([
      1, 1,
    ]);
  });

  it('leaves large entries to those who restore them', async () => {
    await using team = await openTeam();
    const ann = team.join('ann');
    await ann.save('k', { data: LARGE });
    await ann.finish();
    const bob = team.join('bob');
    expect(await bob.store.expect(keyOf('k'))).toBeDefined();
    await bob.finish();
    expect(bob.remote.fetched).toEqual([]);
  });

  it('asks nobody for what is on this disk', async () => {
    await using team = await openTeam();
    const ann = team.join('ann', { access: 'read' });
    await ann.save('k', { nb: 'notebook' });
    expect(await ann.store.expect(keyOf('k'))).toBeDefined();
    expect(ann.remote.found).toEqual([]);
  });
});

describe('a remote store that fails', () => {
  it('is off at once when only a person can mend it', async () => {
    await using team = await openTeam();
    const ann = team.join('ann');
    ann.remote.script.find = troubled({
      kind: 'configuration',
      reason: 'no credentials',
      message: 'There are no credentials.',
    });
    for (const key of ['a', 'b', 'c']) {
      expect(await ann.restore(key, ['nb'])).toBe('miss');
      expect((await ann.save(key, { nb: key })).status).toBe('saved');
    }
    expect(await ann.finish()).toMatchObject({
      asked: 1,
      uploaded: 0,
      notUploaded: { 'no credentials': 3 },
      switchedOff:
        's3://team/store was not used any more in this run: There are no credentials.',
      troubles: [{ message: 'There are no credentials.', count: 1 }],
    });
    expect(ann.remote.saved).toEqual([]);
  });

  it('is read on where a look-up may not write what it found into this month', async () => {
    await using team = await openTeam();
    const bob = team.join('bob');
    for (const key of ['a', 'b']) await bob.save(key, { nb: key });
    await bob.finish();
    const ann = team.join('ann');
    const forbidden = troubled({
      operation: 'save',
      kind: 'configuration',
      reason: 'forbidden',
      message: 'These credentials may not write.',
    });
    ann.remote.script.find = async (key, call) => {
      await forbidden(key, call);
      return 'go';
    };
    for (const key of ['a', 'b']) {
      expect(await ann.restore(key, ['nb'])).toMatchObject({ '/nb': key });
    }
    expect(await ann.finish()).toMatchObject({
      hits: 2,
      switchedOff:
        's3://team/store got no results any more in this run: These credentials may not write.',
    });
  });

  it('is off after three outages in a row', async () => {
    await using team = await openTeam();
    const ann = team.join('ann');
    ann.remote.script.find = troubled({});
    for (const key of ['a', 'b', 'c', 'd', 'e']) await ann.restore(key, ['nb']);
    expect(await ann.finish()).toMatchObject({
      asked: 3,
      troubles: [{ reason: 'server error', count: 3 }],
    });
  });

  it('is asked again after an answer came in between', async () => {
    await using team = await openTeam();
    const ann = team.join('ann');
    const fails = troubled({});
    let calls = 0;
    ann.remote.script.find = (key, call) => {
      calls += 1;
      return calls % 3 === 0 ? Promise.resolve('go') : fails(key, call);
    };
    for (let key = 0; key < 12; key += 1) await ann.restore(`${key}`, ['nb']);
    expect((await ann.finish()).switchedOff).toBeUndefined();
    expect(calls).toBe(12);
  });

  it('that says nothing is off, and every look-up ends', async () => {
    await using team = await openTeam();
    const ann = team.join('ann', { limits: quick });
    ann.remote.script.find = (_, call) => silence(call);
    const keys = Array.from({ length: 20 }, (_, index) => `${index}`);
    const restored = keys.map((key) => ann.restore(key, ['nb']));
    expect(await Promise.all(restored)).toEqual(keys.map(() => 'miss'));
    expect(await ann.restore('later', ['nb'])).toBe('miss');
    const summary = await ann.finish();
    expect(summary.asked).toBe(20);
    expect(summary.switchedOff).toMatch(/^s3:\/\/team\/store was not used/);
    expect(summary.troubles).toMatchObject([
      {
        reason: 'time-out',
        message: expect.stringMatching(
          /^s3:\/\/team\/store did not answer within 0\.\d s\.$/,
        ),
      },
    ]);
  });

  it('that ignores the end of a call does not hold anybody up', async () => {
    await using team = await openTeam();
    const ann = team.join('ann', { limits: quick });
    ann.remote.script.find = () => new Promise(() => undefined);
    expect(await ann.restore('k', ['nb'])).toBe('miss');
    await ann.finish();
  });

  it('that stalls within an entry is a miss, and nothing is restored', async () => {
    await using team = await openTeam();
    const ann = team.join('ann');
    await ann.save('k', PRODUCTS);
    await ann.finish();
    let later = 0;
    const bob = team.join('bob', {
      now: () => Date.now() + later,
      limits: { silenceMs: 3000 },
    });
    bob.remote.script.fetch = (_, call) => {
      later = 3_600_000;
      return silence(call);
    };
    expect(await bob.restore('k', NAMES)).toBe('miss');
    expect(await snapshot(team.scratch.path('bob', 'out'))).toEqual({});
    expect(await bob.finish()).toMatchObject({
      asked: 1,
      hits: 1,
      troubles: [{ reason: 'time-out', count: 1 }],
    });
  });

  it('that can not be opened is like one without credentials', async () => {
    await using team = await openTeam();
    const ann = team.join('ann', {
      openRemote: () => Promise.reject(new Error('the region is missing')),
    } as object);
    expect(await ann.restore('k', ['nb'])).toBe('miss');
    expect(await ann.finish()).toMatchObject({
      troubles: [
        {
          kind: 'configuration',
          message: "s3://team/store can't be used: the region is missing",
        },
      ],
    });
  });

  it('that only takes no results still gives some', async () => {
    await using team = await openTeam();
    const ann = team.join('ann');
    await ann.save('k', { nb: 'notebook' });
    await ann.finish();

    const bob = team.join('bob');
    const refused: SaveOutcome = { status: 'failed', message: 'Not stored.' };
    bob.remote.script.save = async (_, call) => {
      await troubled({
        operation: 'save',
        kind: 'configuration',
        reason: 'not allowed',
      })(_, call);
      return refused;
    };
    await bob.save('a', { nb: 'a' });
    await bob.save('b', { nb: 'b' });
    await expect(bob.restore('k', ['nb'])).resolves.toMatchObject({
      origin: 's3',
    });
    expect(await bob.finish()).toMatchObject({
      hits: 1,
      notUploaded: { 'not allowed': 2 },
      switchedOff:
        's3://team/store got no results any more in this run: The server failed.',
    });
  });
});

describe('the end of a run', () => {
  it('waits for uploads and says what is left', async () => {
    await using team = await openTeam();
    const ann = team.join('ann', { limits: { tickMs: 10 } });
    const held = gate();
    ann.remote.script.save = () => held.passed;
    await ann.save('k', { nb: 'notebook' });
    const seen: unknown[] = [];
    const { signal } = new AbortController();
    const onProgress = (left: unknown): void => {
      seen.push(left);
      held.open();
    };
    const summary = await ann.store.finish({
      signal,
      waitMs: 60_000,
      onProgress,
    });
    expect(seen[0]).toEqual({ results: 1, bytes: 8 });
    expect(summary).toMatchObject({ uploaded: 1, notUploaded: {} });
  });

  it.each(['over', 'cancelled'])(
    'gives up what is left when the wait is %s',
    async (why) => {
      await using team = await openTeam();
      const ann = team.join('ann');
      // Also those that don't listen.
      ann.remote.script.save = () => new Promise(() => undefined);
      for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
        await ann.save(key, { nb: key });
      }
      if (why === 'cancelled') ann.cancel();
      const reason = why === 'cancelled' ? 'cancelled' : 'time-out';
      expect(await ann.finish(20)).toMatchObject({
        uploaded: 0,
        notUploaded: { [reason]: 6 },
      });
      expect(ann.remote.saved).toHaveLength(4);
    },
  );

  it('ends what is still being brought', async () => {
    await using team = await openTeam();
    const ann = team.join('ann');
    ann.remote.script.find = (_, call) => silence(call);
    const expected = ann.store.expect(keyOf('k'));
    await ann.finish();
    expect(await expected).toBeUndefined();
  });

  it('sends small results first, and four at once', async () => {
    await using team = await openTeam();
    const ann = team.join('ann');
    const held = gate();
    ann.remote.script.save = () => held.passed;
    for (const size of [9, 8, 7, 6, 5, 4, 3, 2, 1]) {
      await ann.save(`${size}`, { nb: 'x'.repeat(size) });
    }
    held.open();
    await ann.finish();
    const order = [9, 8, 7, 6, 1, 2, 3, 4, 5].map((size) => keyOf(`${size}`));
    expect(ann.remote.saved).toEqual(order);
    expect(ann.remote.mostRunning).toBe(4);
  });
});
