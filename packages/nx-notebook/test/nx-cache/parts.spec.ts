/** The small parts of the cache server, each on its own. */
import { once } from 'node:events';
import {
  mkdtemp,
  readdir,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { Breaker } from '../../src/nx-cache/breaker.js';
import {
  offerServer,
  reasonNotToServe,
} from '../../src/nx-cache/nx-variables.js';
import { watchOwner } from '../../src/nx-cache/owner-watch.js';
import { Spool } from '../../src/nx-cache/spool.js';
import {
  renderCounts,
  renderTroubles,
  withTimeOuts,
  type NxCacheSummary,
} from '../../src/nx-cache/summary.js';
import { parseTokens } from '../../src/nx-cache/token-file.js';
import { pathName, workspaceName } from '../../src/nx-cache/workspace-name.js';
import { Files } from '../support/files.js';
import { entry } from './cache-rig.js';

describe('the breaker', () => {
  test('opens after three failures in a row, and not when one answer is between', () => {
    const breaker = new Breaker({ pauseMs: Infinity });
    breaker.failed('time-out', false);
    breaker.failed('time-out', false);
    breaker.answered();
    breaker.failed('time-out', false);
    breaker.failed('time-out', false);
    expect(breaker.openBecause).toBeUndefined();
    breaker.failed('server error', false);
    expect(breaker.openBecause).toBe('server error');
  });

  test('opens at once for what nobody but a person can mend', () => {
    const breaker = new Breaker({ pauseMs: Infinity });
    breaker.failed('no valid credentials', true);
    expect(breaker.openBecause).toBe('no valid credentials');
  });

  test('lets one request try after its pause', () => {
    let nowMs = 0;
    const breaker = new Breaker({ pauseMs: 30, now: () => nowMs });
    breaker.failed('x', true);
    nowMs = 29;
    expect(breaker.openBecause).toBe('x');
    nowMs = 30;
    expect(breaker.openBecause).toBeUndefined();
    breaker.failed('y', false);
    expect(breaker.openBecause).toBe('y');
  });
});

describe("Nx's variables", () => {
  const SERVER = 'NX_SELF_HOSTED_REMOTE_CACHE_SERVER';

  test.each([
    [{}, [], undefined],
    [{ [SERVER]: 'http://mine' }, [], `${SERVER} is set`],
    [{ NX_SKIP_REMOTE_CACHE: 'true' }, [], 'NX_SKIP_REMOTE_CACHE is set'],
    [{ NX_SKIP_REMOTE_CACHE: 'false' }, [], undefined],
    [{}, ['--skip-nx-cache'], '--skip-nx-cache is given'],
    [{}, ['--skipRemoteCache'], '--skipRemoteCache is given'],
  ])('%j and %j: %s', (env, argv, reason) => {
    expect(reasonNotToServe(argv, env)).toBe(reason);
  });

  test('that are ours from a run before do not count as the user’s', () => {
    const env = {};
    offerServer(env, 'http://127.0.0.1:1', 'secret');
    expect(reasonNotToServe([], env)).toBeUndefined();
    expect(env).toMatchObject({ [SERVER]: 'http://127.0.0.1:1' });
  });

  test('keep a proxy away from this machine, and its exceptions', () => {
    const env: Record<string, string> = {
      https_proxy: 'http://proxy',
      NO_PROXY: 'corp.example',
    };
    offerServer(env, 'http://127.0.0.1:1', 'secret');
    expect(env).toMatchObject({
      NO_PROXY: 'corp.example,127.0.0.1',
      no_proxy: 'corp.example,127.0.0.1',
    });
  });

  test('say nothing of proxies where there are none', () => {
    const env: Record<string, string> = {};
    offerServer(env, 'http://127.0.0.1:1', 'secret');
    expect(Object.keys(env).filter((name) => /proxy/i.test(name))).toEqual([]);
  });
});

describe('the watch over the owner of a server', () => {
  function watched(isDaemon: boolean): {
    readonly at: (ms: number, isAlive?: boolean) => boolean;
    readonly use: () => void;
  } {
    let nowMs = 0;
    let isAlive = true;
    let isOver = false;
    const watch = watchOwner({
      pid: 1,
      isDaemon,
      now: () => nowMs,
      isAlive: () => isAlive,
      onEnd: () => {
        isOver = true;
      },
    });
    return {
      use: () => watch.used(),
      at: (ms, alive = true) => {
        nowMs = ms;
        isAlive = alive;
        watch.look();
        return isOver;
      },
    };
  }
  const hour = 3_600_000;

  test('ends it with the command line of Nx', () => {
    const { at } = watched(false);
    expect(at(5 * hour)).toBe(false);
    expect(at(5 * hour, false)).toBe(true);
  });

  test('lets it outlive the daemon while somebody asks', () => {
    const { at, use } = watched(true);
    expect(at(0.9 * hour, false)).toBe(false);
    use();
    expect(at(1.8 * hour, false)).toBe(false);
    expect(at(1.9 * hour, false)).toBe(true);
  });

  test('ends a forgotten one after a day', () => {
    const { at } = watched(true);
    expect(at(23 * hour)).toBe(false);
    expect(at(24 * hour)).toBe(true);
  });
});

describe('the spool', () => {
  async function withSpool(
    maxSizeBytes: number,
    work: (spool: Spool, folder: string) => Promise<void>,
  ): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'nxnb-spool-'));
    try {
      await work(new Spool({ folder, maxSizeBytes }), folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async function take(spool: Spool, text: string): Promise<string> {
    const taken = await spool.take(Readable.from([entry(text)]));
    if (taken.status !== 'taken') throw new Error(taken.status);
    return taken.file.sha256;
  }

  const sizeBytes = entry('aaaa').length;

  test('gives only bytes that are what they were', () =>
    withSpool(1e6, async (spool, folder) => {
      const digest = await take(spool, 'aaaa');
      expect(await spool.find({ digest, sizeBytes })).toBe(
        join(folder, digest),
      );
      await writeFile(join(folder, digest), entry('bbbb'));
      expect(await spool.find({ digest, sizeBytes })).toBeUndefined();
    }));

  test('drops what is oldest, and never what waits for its upload', () =>
    withSpool(2.5 * sizeBytes, async (spool, folder) => {
      const digests = [await take(spool, 'aaaa')];
      for (const text of ['bbbb', 'cccc']) {
        const sha256 = await take(spool, text);
        spool.unpin({ sha256, sizeBytes });
        digests.push(sha256);
      }
      for (const [index, digest] of digests.entries())
        await utimes(join(folder, digest), index, index);
      await spool.trim();
      const left = await Promise.all(
        digests.map(async (digest) => spool.find({ digest, sizeBytes })),
      );
      expect(left.map((path) => path !== undefined)).toEqual([
        true,
        false,
        true,
      ]);
    }));

  test('takes no more than it may hold, and has room again after an upload', () =>
    withSpool(1.5 * sizeBytes, async (spool, folder) => {
      const sha256 = await take(spool, 'aaaa');
      const second = (): Readable => Readable.from([entry('bbbb')]);
      expect(await spool.take(second())).toEqual({ status: 'full' });
      expect(await readdir(folder)).toEqual([sha256]);
      spool.unpin({ sha256, sizeBytes });
      expect(await spool.take(second())).toMatchObject({ status: 'taken' });
    }));

  test('holds nothing of a body that does not end', () =>
    withSpool(1e6, async (spool, folder) => {
      const begin = entry('a');
      const body = new PassThrough();
      const taking = spool.take(body);
      for (let chunk = 0; chunk < 20; chunk += 1) {
        const room = body.write(chunk === 0 ? begin : Buffer.alloc(1e5, 'x'));
        if (!room) await once(body, 'drain');
      }
      const [name = ''] = await readdir(folder);
      expect((await stat(join(folder, name))).size).toBeLessThan(1.2e6);
      body.end();
      expect(await taking).toEqual({ status: 'full' });
      expect(await readdir(folder)).toEqual([]);
    }));

  test('cleans up by itself, however long it lives', () =>
    withSpool(20 * sizeBytes, async (_, folder) => {
      const now = (): number => Date.now() + 3_600_000;
      const spool = new Spool({ folder, maxSizeBytes: 20 * sizeBytes, now });
      for (let index = 1000; index < 1100; index += 1)
        spool.unpin({ sha256: await take(spool, `${index}`), sizeBytes });
      expect((await readdir(folder)).length).toBeLessThan(30);
    }));

  test('that can not be written says so and reads the body all the same', () =>
    withSpool(1e6, async (_spool, folder) => {
      await writeFile(join(folder, 'file'), '');
      const spool = new Spool({
        folder: join(folder, 'file/inner'),
        maxSizeBytes: 1e6,
      });
      const body = Readable.from([entry('a'), entry('b')]);
      expect(await spool.take(body)).toEqual({ status: 'unwritable' });
      expect(body.readableEnded).toBe(true);
    }));
});

describe('the summary', () => {
  const quiet: NxCacheSummary = {
    label: 's3://b/p',
    asked: 9,
    hits: 3,
    downloadedBytes: 10,
    uploaded: 5,
    uploadedBytes: 10,
    alreadyThere: 2,
    notFetched: {},
    notUploaded: {},
  };

  test('says nothing when all went well', () => {
    expect(renderTroubles(quiet)).toEqual([]);
    expect(renderCounts(quiet)).toBe(
      's3://b/p: 3 of 9 Nx cache entries found, 5 uploaded, 2 already there.',
    );
  });

  test('counts what nobody waits for any more as not uploaded', () => {
    const summary = {
      ...quiet,
      uploaded: 1,
      alreadyThere: 0,
      notUploaded: { 'time-out': 1 },
    };
    expect(renderTroubles(withTimeOuts(summary, 2))).toEqual([
      `${quiet.label}: 3 of 4 Nx cache entries were not uploaded: time-out.`,
    ]);
    expect(withTimeOuts(quiet, 0)).toEqual(quiet);
  });

  test('says each thing that did not work once', () => {
    expect(
      renderTroubles({
        ...quiet,
        notFetched: { 'time-out': 2, 'server error': 1 },
        notUploaded: { 'time-out': 2 },
        switchedOff: 'time-out',
      }),
    ).toEqual([
      's3://b/p: 3 of 9 Nx cache entries were not looked up or brought: time-out (2), server error (1).',
      's3://b/p: 2 of 9 Nx cache entries were not uploaded: time-out.',
      's3://b/p: Nothing more was asked of it after: time-out.',
    ]);
  });
});

describe('a file of tokens', () => {
  test('is a list of rules', () => {
    const rules = [
      { token: '0123456789abcdef', access: 'read', workspace: 'shop' },
      { token: 'fedcba9876543210', access: 'read-write' },
    ];
    expect(parseTokens(JSON.stringify(rules))).toEqual({
      ok: true,
      value: rules,
    });
  });

  test.each([
    ['not json', 'it is no JSON list'],
    ['{}', 'it is no JSON list'],
    ['[]', 'it is empty'],
    [
      '[{"token":"short","access":"read"}]',
      'entry 1 needs a "token" of at least 16 characters and an "access" of "read" or "read-write"',
    ],
  ])('%s is refused', (text, error) => {
    expect(parseTokens(text)).toEqual({ ok: false, error });
  });
});

describe('the name of a workspace', () => {
  test.each([
    ['{"name": "@acme/Shop Front"}', 'acme-shop-front'],
    ['{}', 'workspace'],
    ['{broken', 'workspace'],
    ['{"name": ".."}', 'workspace'],
  ])('%s is %s', async (text, name) => {
    using files = new Files({ 'package.json': text });
    expect(await workspaceName(files.root)).toBe(name);
  });

  test('is the same when it is given by hand', () => {
    expect(pathName('../../t')).toBe('t');
    expect(pathName('Shop')).toBe('shop');
  });
});
