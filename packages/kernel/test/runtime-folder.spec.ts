import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  createRuntimeFolder,
  sweepRuntimeFolders,
} from '../src/server/runtime-folder.js';

const made: string[] = [];

afterEach(async () => {
  for (const path of made.splice(0)) {
    await rm(path, { recursive: true, force: true });
  }
});

async function folder(): Promise<string> {
  const { path } = await createRuntimeFolder();
  made.push(path);
  return path;
}

async function ownedBy(change: object): Promise<string> {
  const path = await folder();
  const file = join(path, 'owner.json');
  const owner = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...owner, ...change }));
  return path;
}

/** The id of a process that has just ended. */
async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('a runtime folder', () => {
  it('is for its owner alone and short enough for sockets', async () => {
    const path = await folder();
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect(path.length).toBeLessThan(40);
  });

  it('stays while its process lives', async () => {
    const path = await folder();
    await sweepRuntimeFolders();
    expect(existsSync(path)).toBe(true);
  });

  it('goes when its process has ended', async () => {
    const path = await ownedBy({ pid: await endedProcess() });
    await sweepRuntimeFolders();
    expect(existsSync(path)).toBe(false);
  });

  it('goes when the process id was given to another process', async () => {
    const path = await ownedBy({ startTime: '1' });
    await sweepRuntimeFolders();
    expect(existsSync(path)).toBe(false);
  });

  it('stays when it belongs to another machine or container', async () => {
    const path = await ownedBy({ pid: await endedProcess(), place: 'another' });
    await sweepRuntimeFolders();
    expect(existsSync(path)).toBe(true);
  });

  it('stays while it is being made', async () => {
    const path = await mkdtemp('/tmp/nxnb-');
    made.push(path);
    await sweepRuntimeFolders();
    expect(existsSync(path)).toBe(true);
  });
});
