/**
 * Each notebook of fixtures/behaviour, named after what it shows, executed by us and by nbclient: the same outputs. And
 * executed twice by us: the same bytes.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  normaliseExecuted,
  readNotebook,
  stringifyJson,
  writeNotebook,
  type JsonObject,
  type JsonValue,
  type Notebook,
} from '@nx-notebook/notebook';
import { createKernelHost } from '../src/kernel-host.js';
import { executed, python, workspaceRoot } from './workbench.js';

const fixtures = join(__dirname, 'fixtures/behaviour');
const names = readdirSync(fixtures)
  .filter((file) => file.endsWith('.py'))
  .map((file) => basename(file, '.py'));

/** What these print depends on more than their source. */
const unlikeThemselves = ['subprocess_output'];

let folder = '';
const ours = new Map<string, Notebook>();
const again = new Map<string, Notebook>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'behaviour-'));
  const cwd = join(folder, 'cwd');
  const peers = join(folder, 'peers');
  await mkdir(cwd);
  await mkdir(peers);
  await cp(join(fixtures, 'local_module.txt'), join(cwd, 'local_module.py'));
  for (const name of names) {
    const notebook = await fixture(name);
    await writeFile(join(peers, `${name}.ipynb`), writeNotebook(notebook));
  }
  const nbclient = promisify(execFile)(
    python,
    [join(__dirname, 'fixtures/python/run_nbclient.py'), peers, cwd],
    { env: { ...process.env, PYTHONHASHSEED: '0' } },
  );
  const host = createKernelHost({ python, workspaceRoot });
  const queue = [ours, again].flatMap((into) =>
    names.map((name) => ({ name, into })),
  );
  const worker = async (): Promise<void> => {
    for (let job; (job = queue.shift()) !== undefined;) {
      const outcome = await host.execute(
        {
          name: job.name,
          notebook: await fixture(job.name),
          cwd,
          kernelName: 'python3',
          env: {},
        },
        {},
        new AbortController().signal,
      );
      job.into.set(job.name, executed(outcome));
    }
  };
  await Promise.all([worker(), worker(), nbclient]);
  await host.dispose();
}, 300_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('an executed notebook', () => {
  it.each(names)('equals that of nbclient: %s', async (name) => {
    const file = join(folder, 'peers', `${name}.ipynb`);
    const theirs = read(file, await readFile(file, 'utf8'));
    expect(comparable(ours.get(name))).toEqual(comparable(theirs));
  });

  it.each(names.filter((name) => !unlikeThemselves.includes(name)))(
    'is the same bytes in the next run: %s',
    (name) => {
      const bytes = writeNotebook(ours.get(name) ?? none());
      expect(writeNotebook(again.get(name) ?? none())).toBe(bytes);
    },
  );
});

async function fixture(name: string): Promise<Notebook> {
  const path = join(fixtures, `${name}.py`);
  return read(path, await readFile(path, 'utf8'));
}

function read(path: string, text: string): Notebook {
  const result = readNotebook({ path, text });
  if (!result.ok) {
    throw new Error(`${path}: ${result.error.message}`);
  }
  return result.value.notebook;
}

function none(): never {
  throw new Error('not executed');
}

/** Without what differs by chance, and with the one thing that we do on purpose: merged streams. */
function comparable(notebook: Notebook | undefined): unknown {
  const { cells, metadata } = normaliseExecuted(notebook ?? none());
  return {
    cells: cells.map(({ type, source, outputs, executionCount }) => ({
      type,
      source,
      executionCount,
      outputs: merged(outputs ?? []).map(withoutAddresses),
    })),
    language: metadata['language_info'],
    widgets: withoutAddresses(metadata['widgets'] ?? null),
  };
}

/** Streams by name between two other outputs, stdout first. */
function merged(outputs: readonly JsonObject[]): JsonObject[] {
  const result: JsonObject[] = [];
  let texts = new Map<string, string>();
  const flush = (): void => {
    const order = [...texts.keys()].sort((a, b) =>
      a === 'stdout' ? -1 : b === 'stdout' ? 1 : 0,
    );
    for (const name of order) {
      result.push({ output_type: 'stream', name, text: texts.get(name) ?? '' });
    }
    texts = new Map();
  };
  for (const output of outputs) {
    if (output['output_type'] === 'stream') {
      const name = output['name'] as string;
      texts.set(name, (texts.get(name) ?? '') + (output['text'] as string));
    } else {
      flush();
      result.push(output);
    }
  }
  flush();
  return result;
}

/** As text, in which numbers keep theirs. */
function withoutAddresses(value: JsonValue): unknown {
  const text = stringifyJson(value, { sortKeys: true });
  return text.replace(/0x[0-9a-f]{8,}/g, '0x');
}
