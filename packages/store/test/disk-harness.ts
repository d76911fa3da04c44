/**
 * The store on disk as the contract suite wants it, and a process that saves or restores and can be killed at a
 * change that the test chooses. Nothing here waits for time.
 */
import { fork } from 'node:child_process';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { StoreHarness } from '@nx-notebook/testing';
import { openDiskStore } from '../src/disk-store.js';
import type { SaveRequest } from '../src/store.js';

/** How a process ended that was to be killed: after the checkpoints that it reached. */
export interface KilledRun {
  readonly end: 'killed' | 'finished';
  readonly checkpoints: readonly string[];
  /** Of the save or restore, when it finished. */
  readonly outcome?: unknown;
}

/** Saves or restores in another process and kills it at its n-th checkpoint, counted from 0. */
export function runAndKill(
  root: string,
  action: 'save' | 'restore',
  options: { readonly request: SaveRequest; readonly killAt: number },
): Promise<KilledRun> {
  const child = fork(join(__dirname, 'fixtures', 'child.cjs'), [root, action]);
  const checkpoints: string[] = [];
  let outcome: unknown;
  return new Promise((resolve, reject) => {
    child.on('message', (message: Record<string, unknown>) => {
      if (typeof message['checkpoint'] !== 'string') {
        outcome = message['outcome'];
        return;
      }
      checkpoints.push(message['checkpoint']);
      if (checkpoints.length > options.killAt) child.kill('SIGKILL');
      else child.send('go');
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve({ end: 'killed', checkpoints });
      else if (code === 0) resolve({ end: 'finished', checkpoints, outcome });
      else reject(new Error(`the child ended with ${code ?? signal ?? '?'}`));
    });
    child.send(options.request);
  });
}

/** An empty store on disk. */
export async function openDiskHarness(): Promise<StoreHarness> {
  const root = await mkdtemp(join(tmpdir(), 'nx-notebook-store-'));
  const pathOf = (name: string): string => join(root, name);
  return {
    open: () => openDiskStore({ root, onWarning: failOnWarning }),
    async listObjects() {
      const names = await readdir(root, { recursive: true });
      return names.filter((name) => /^(ac|cas)\/..\/./.test(name));
    },
    readObject: (name) => readFile(pathOf(name)),
    async writeObject(name, bytes) {
      await mkdir(dirname(pathOf(name)), { recursive: true });
      await writeFile(pathOf(name), bytes);
    },
    deleteObject: (name) => rm(pathOf(name)),
    async killDuringSave(request, killAt) {
      return (await runAndKill(root, 'save', { request, killAt })).end;
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

function failOnWarning(message: string): never {
  throw new Error(`unexpected warning: ${message}`);
}
