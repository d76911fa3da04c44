/**
 * The store on disk as the contract suite wants it, and a process that saves or restores and can be killed at a
 * change that the test chooses. Nothing here waits for time.
 */
import { spawn, spawnSync } from 'node:child_process';
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
import { openDiskStore } from '../src/disk/disk-store.js';
import type { SaveRequest } from '../src/store.js';

/** How a process ended that was to be killed: after the checkpoints that it reached. */
export interface KilledRun {
  readonly end: 'killed' | 'finished';
  readonly checkpoints: readonly string[];
  /** Of the save or restore, when it finished. */
  readonly outcome?: unknown;
}

/** What the other process does; `killAt` counts its checkpoints from 0. */
export interface ChildRun {
  readonly root: string;
  readonly action: 'save' | 'restore' | 'adopt';
  readonly request: SaveRequest;
  readonly killAt?: number;
  /** A file system of its own, which only that process sees. */
  readonly mount?: { readonly at: string; readonly options: string };
}

/** Whether this machine lets a process mount things for itself. */
export const canMount =
  process.platform === 'linux' &&
  spawnSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])
    .status === 0;

/** Saves or restores in another process and kills it at a checkpoint. */
export function runChild(run: ChildRun): Promise<KilledRun> {
  const { mount, killAt = Infinity } = run;
  const script = join(__dirname, 'fixtures', 'child.cjs');
  const command = [process.execPath, script, run.root, run.action];
  if (mount !== undefined) {
    const shell = 'mount -t tmpfs -o "$1" tmpfs "$0" && shift && exec "$@"';
    const args = ['sh', '-c', shell, mount.at, mount.options];
    command.unshift('unshare', '-Urm', ...args);
  }
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const checkpoints: string[] = [];
  let outcome: unknown;
  return new Promise((resolve, reject) => {
    child.on('message', (message: Record<string, unknown>) => {
      if (typeof message['checkpoint'] !== 'string') {
        outcome = message['outcome'];
        return;
      }
      checkpoints.push(message['checkpoint']);
      if (checkpoints.length > killAt) child.kill('SIGKILL');
      else child.send('go');
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve({ end: 'killed', checkpoints });
      else if (code === 0) resolve({ end: 'finished', checkpoints, outcome });
      else reject(new Error(`the child ended with ${code ?? signal ?? '?'}`));
    });
    child.send(run.request);
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
      return (await runChild({ root, action: 'save', request, killAt })).end;
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

function failOnWarning(message: string): never {
  throw new Error(`unexpected warning: ${message}`);
}
