/**
 * What somebody sees who types a command: help, mistakes, results, exit codes. Compares whole outputs.
 */
import { statSync, utimesSync, readdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openDiskStore } from '@nx-notebook/store';
import {
  keyOf,
  openScratch,
  requestFor,
  writeProducts,
} from '@nx-notebook/testing';
import { wantsColor } from '../../src/cli/terminal.js';
import { runCommandLine } from '../../src/cli/program.js';
import { Files } from '../support/files.js';
import { commandLine } from './command-rig.js';

let files: Files;

beforeEach(() => {
  files = new Files({
    'nx.json': JSON.stringify({
      plugins: [
        'other',
        { plugin: 'nx-notebook', options: { localStore: 'kept' } },
      ],
    }),
    'deep/folder/file': '',
  });
});

afterEach(() => {
  files[Symbol.dispose]();
});

const store = (): string => join(files.root, 'kept');

/** Stores one result of 5 bytes, as if it had been used so many hours ago. */
async function keep(name: string, hours: number): Promise<void> {
  await using scratch = await openScratch();
  const products = await writeProducts(scratch.path('in'), {
    data: `${name}    `,
  });
  const saved = await openDiskStore({ root: store() }).save(
    await requestFor(keyOf(name), products),
  );
  expect(saved.status).toBe('saved');
  const time = Date.now() / 1000 - hours * 3600;
  for (const file of allFiles(store()))
    if (Math.abs(statSync(file).mtimeMs / 1000 - Date.now() / 1000) < 60)
      utimesSync(file, time, time);
}

function allFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => /\/(ac|cas)\//.test(path) && statSync(path).isFile());
}

describe('help', () => {
  test('is the answer to no command at all', async () => {
    const { code, out, err } = await commandLine([], { cwd: files.root });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Usage: nx-notebook [options] [command]');
    for (const name of ['doctor', 'store', 'serve-cache'])
      expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  test.each([
    ['doctor'],
    ['serve-cache'],
    ['store', 'stat'],
    ['store', 'verify'],
    ['store', 'gc'],
    ['store', 'keygen'],
  ])('of %s %s has examples', async (...words) => {
    const { code, out } = await commandLine([...words, '--help'], {
      cwd: files.root,
    });
    expect(code).toBe(0);
    expect(out).toMatch(/\nExamples:\n {2}\S/);
  });
});

describe('a mistake', () => {
  test.each<[readonly string[], string]>([
    [
      ['stroe'],
      "unknown command 'stroe'\n(Did you mean store?)\nNext: nx-notebook --help",
    ],
    [
      ['store', 'gc', '--max-sze', '1'],
      "unknown option '--max-sze'\n(Did you mean --max-size?)\nNext: nx-notebook store gc --help",
    ],
    [
      ['store', 'gc', '--max-size', 'big'],
      '--max-size can\'t be "big".\nNext: Give it bytes as a number, or a text such as "500 MB", "20 GB".',
    ],
    [
      ['serve-cache', '--port', '99999'],
      '--port can\'t be "99999".\nNext: Give it a number from 0 to 65535.',
    ],
    [
      ['serve-cache', '--host', '0.0.0.0'],
      'There are no tokens, and 0.0.0.0 can be reached by others.\nNext: Set NX_NOTEBOOK_CACHE_READ_TOKEN and NX_NOTEBOOK_CACHE_WRITE_TOKEN, or give --tokens.',
    ],
    [
      ['store', 'verify', '--remote'],
      'No shared store is configured, or it is switched off.\nNext: Set the option "store" of nx-notebook in nx.json, or NX_NOTEBOOK_STORE, to s3://bucket/prefix or file:///folder.',
    ],
  ])('%j is a sentence and a next step', async (args, err) => {
    expect(await commandLine(args, { cwd: files.root })).toEqual({
      code: 2,
      out: '',
      err,
    });
  });

  test('in an option of nx.json is said as the executors say it', async () => {
    const { code, err } = await commandLine(['store', 'stat'], {
      cwd: files.root,
      env: { NX_NOTEBOOK_KERNELS: 'many' },
    });
    expect({ code, err }).toEqual({
      code: 2,
      err: 'NX_NOTEBOOK_KERNELS can\'t be "many".\nNext: Set it in the environment to a whole number from 1.',
    });
  });

  test('in nx.json itself names the file', async () => {
    files.write('nx.json', '{"plugins": [');
    const { code, err } = await commandLine(['store', 'stat'], {
      cwd: files.root,
    });
    expect(code).toBe(2);
    expect(err.split('\n')[0]).toContain(join(files.root, 'nx.json'));
    expect(err).not.toContain('    at ');
  });

  test('of ours has a stack and asks for a report', async () => {
    const lines: string[] = [];
    const context = {
      cwd: files.root,
      env: {},
      terminal: {
        out: () => undefined,
        err: (text: string) => lines.push(text),
        paint: (_mark: string, text: string) => text,
        isInteractive: false,
        columns: 80,
      },
    };
    const broken = {
      name: 'broken',
      summary: 'Fails',
      examples: [],
      run: () => Promise.reject(new TypeError('a bug')),
    };
    expect(await runCommandLine(['broken'], context, [broken])).toBe(2);
    expect(lines.join('\n')).toMatch(/mistake in nx-notebook .*a bug\n +at /s);
  });
});

describe('the local store', () => {
  test('that does not exist is empty, from any folder of the workspace', async () => {
    const { code, out } = await commandLine(['store', 'stat'], {
      cwd: join(files.root, 'deep/folder'),
    });
    expect({ code, out }).toEqual({
      code: 0,
      out: `${store()}\n0 results, 0 blobs, 0 B (limit: a tenth of the disk, at most 10 GB)`,
    });
  });

  test('is the one of the environment outside of a workspace', async () => {
    using elsewhere = new Files({});
    const { out } = await commandLine(['store', 'stat', '--json'], {
      cwd: elsewhere.root,
      env: { NX_NOTEBOOK_LOCAL_STORE: '/some/where' },
    });
    expect(JSON.parse(out)).toMatchObject({ root: '/some/where', blobs: 0 });
  });

  test('is the one of trusted runs where such a one is configured', async () => {
    const { out } = await commandLine(['store', 'stat', '--json'], {
      cwd: files.root,
      env: {
        NX_NOTEBOOK_STORE: 's3://team/store',
        NX_NOTEBOOK_STORE_ACCESS: 'read-write',
      },
    });
    expect(JSON.parse(out)).toMatchObject({ root: join(store(), 'trusted') });
  });

  test('is found through comments in nx.json', async () => {
    files.write(
      'nx.json',
      '// ours\n{"plugins": [{"plugin": "nx-notebook", "options": {"localStore": "kept"}},]}',
    );
    const { out } = await commandLine(['store', 'stat', '--json'], {
      cwd: files.root,
    });
    expect(JSON.parse(out)).toMatchObject({ root: store() });
  });

  test('is verified, and damage is named and found by the exit code', async () => {
    await keep('a', 0);
    const sound = await commandLine(['store', 'verify'], { cwd: files.root });
    expect(sound).toMatchObject({
      code: 0,
      out: `${store()}\n1 result, 1 blob: all sound`,
    });
    const blob = allFiles(store()).find((path) => path.includes('/cas/')) ?? '';
    writeFileSync(blob, 'other');
    const { code, out } = await commandLine(['store', 'verify', '--json'], {
      cwd: files.root,
    });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      damagedCount: 2,
      damaged: [{}, { name: blob }],
    });
  });

  test('makes room by dropping what was used least recently', async () => {
    await keep('old', 3);
    await keep('new', 2);
    const before = await commandLine(['store', 'gc'], { cwd: files.root });
    expect(before.out).toMatch(/\nNothing removed: \d+ B of at most /);
    const { code, out } = await commandLine(
      ['store', 'gc', '--max-size', '600', '--json'],
      { cwd: files.root },
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ manifests: 1, blobs: 1 });
    const stat = await commandLine(['store', 'stat', '--json'], {
      cwd: files.root,
    });
    expect(JSON.parse(stat.out)).toMatchObject({ manifests: 1, blobs: 1 });
  });
});

describe('keys', () => {
  test('go into a new file that its owner alone can read', async () => {
    const args = ['store', 'keygen', '--out', 'key.pem'];
    const { code, out } = await commandLine(args, { cwd: files.root });
    const file = join(files.root, 'key.pem');
    expect(code).toBe(0);
    expect(out).toMatch(
      new RegExp(`^Private key: ${file}\nPublic key: {2}ed25519:[\\w+/]{43}=$`),
    );
    expect(await readFile(file, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await commandLine(args, { cwd: files.root })).toMatchObject({
      code: 2,
      err: `${file} exists already; a key is never overwritten.\nNext: Choose another file.`,
    });
  });

  test('are never in a JSON answer when they have a file', async () => {
    const { out } = await commandLine(
      ['store', 'keygen', '--json', '--out', 'key.pem'],
      { cwd: files.root },
    );
    expect(Object.keys(JSON.parse(out) as object)).toEqual([
      'keyId',
      'publicKey',
      'privateKeyFile',
    ]);
  });
});

describe('doctor', () => {
  const doctor = async (
    env: Readonly<Record<string, string>> = {},
  ): Promise<{
    readonly code: number;
    readonly found: Readonly<Record<string, string>>;
  }> => {
    const { code, out } = await commandLine(['doctor', '--json'], {
      cwd: files.root,
      env: { PATH: process.env['PATH'] ?? '', ...env },
    });
    const { groups } = JSON.parse(out) as {
      readonly groups: readonly {
        readonly findings: readonly {
          readonly check: string;
          readonly status: string;
        }[];
      }[];
    };
    const found = Object.fromEntries(
      groups
        .flatMap(({ findings }) => findings)
        .map(({ check, status }) => [check, status]),
    );
    return { code, found };
  };

  test('says what is missing, and fails', async () => {
    const { code, found } = await doctor({ NX_NOTEBOOK_PYTHON: 'no-python' });
    expect(code).toBe(1);
    expect(found).toMatchObject({
      python: 'broken',
      'local-store-write': 'safe',
      'store-settings': 'note',
    });
  });

  test('finds a local store that can not be written', async () => {
    const { code, found } = await doctor({
      NX_NOTEBOOK_LOCAL_STORE: join(files.root, 'nx.json/inner'),
    });
    expect(code).toBe(1);
    expect(found['local-store-write']).toBe('broken');
  });

  test('looks at a shared folder and its keys', async () => {
    files.write('share/t/x', '');
    const env = {
      NX_NOTEBOOK_STORE: `file://${files.root}/share`,
      NX_NOTEBOOK_STORE_SCOPE: 'trusted',
    };
    expect((await doctor(env)).found).toMatchObject({
      folder: 'safe',
      'folder-trust': 'unknown',
    });
    const { out } = await commandLine(['store', 'keygen', '--json'], {
      cwd: files.root,
    });
    const { publicKey } = JSON.parse(out) as { readonly publicKey: string };
    const keys = { ...env, NX_NOTEBOOK_STORE_PUBLIC_KEYS: publicKey };
    expect((await doctor(keys)).found['signatures']).toBe('broken');
    const wrong = { ...env, NX_NOTEBOOK_STORE: 'ftp://x' };
    expect((await doctor(wrong)).found['store-settings']).toBe('broken');
  });
});

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ TERM: 'dumb' }, true, false],
])('colours with %j on a terminal (%s): %s', (env, isTerminal, expected) => {
  expect(wantsColor(env, isTerminal)).toBe(expected);
});
