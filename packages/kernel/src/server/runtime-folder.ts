/**
 * The private folder of a server: sockets, connection files, records. Its path is short, because a unix socket's path is
 * limited to about 100 bytes. Folders of processes that ended without clearing up are removed by the next one.
 */
import {
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'nxnb-';
const ownerFile = 'owner.json';

/** macOS allows 103 bytes; the longest name in the folder, an ipc socket of a kernel, has 52. */
const longestSocketPath = 103;
const longestSocketName = 52;

/** A folder without an owner file is being made, or was left in that moment; after a day it is the latter. */
const unownedAgeMs = 24 * 60 * 60 * 1000;

interface Owner {
  readonly pid: number;
  /** When the process started, where the system tells: a process id may be given out again. */
  readonly startTime: string | null;
  /** The same process id means something else on another machine or in another container that shares the folder. */
  readonly place: string;
}

/** A folder for sockets; `allowsSockets` is false if its path is too long for them. */
export interface RuntimeFolder {
  readonly path: string;
  readonly allowsSockets: boolean;
}

/** Makes the folder, readable by this user alone. */
export async function createRuntimeFolder(): Promise<RuntimeFolder> {
  const parent = parentFolders().find(fitsSockets) ?? tmpdir();
  const path = await mkdtemp(join(parent, prefix));
  const owner: Owner = {
    pid: process.pid,
    startTime: startTimeOf(process.pid),
    place: place(),
  };
  await writeFile(join(path, ownerFile), JSON.stringify(owner));
  return {
    path,
    allowsSockets: process.platform !== 'win32' && fitsSockets(parent),
  };
}

/** Removes the folders of processes that have ended. Never fails: what cannot be removed stays. */
export async function sweepRuntimeFolders(): Promise<void> {
  for (const parent of parentFolders()) {
    const names = await readdir(parent).catch(() => []);
    for (const name of names.filter((one) => one.startsWith(prefix))) {
      const path = join(parent, name);
      if (await isAbandoned(path)) {
        await rm(path, { recursive: true, force: true }).catch(() => undefined);
      }
    }
  }
}

function parentFolders(): string[] {
  const folders = [tmpdir()];
  if (process.platform !== 'win32') {
    folders.push('/tmp');
  }
  return [...new Set(folders)];
}

function fitsSockets(parent: string): boolean {
  const folder = Buffer.byteLength(join(parent, `${prefix}XXXXXX`));
  return folder + 1 + longestSocketName <= longestSocketPath;
}

async function isAbandoned(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined || stats.uid !== process.getuid?.()) {
    return false;
  }
  const text = await readFile(join(path, ownerFile), 'utf8').catch(() => '');
  const owner = parseOwner(text);
  if (owner === undefined) {
    return Date.now() - stats.mtimeMs > unownedAgeMs;
  }
  return owner.place === place() && !isAlive(owner);
}

function parseOwner(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Owner;
    return typeof owner.pid === 'number' ? owner : undefined;
  } catch {
    // Cut or absent: as good as no owner.
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return owner.startTime === startTimeOf(owner.pid);
}

/** Field 22 of /proc/<pid>/stat; the second field, a name in parentheses, may contain anything. */
function startTimeOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    // No /proc on this system.
    return null;
  }
}

function place(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    // No /proc on this system.
    return hostname();
  }
}
