/**
 * A Python environment beside the repository's own, made from a hash-locked requirements file and kept below .cache;
 * made anew when the lock changes.
 */
import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { choose, probeAll } from './python.mjs';
import { SetupFailed, announce, root, run } from './terminal.mjs';

/**
 * The interpreter of the environment, made if it has to be.
 *
 * @param {object} wanted
 * @param {string} wanted.folder Absolute; replaced as a whole.
 * @param {string} wanted.requirements Absolute path of the lock.
 * @param {string} wanted.title For the line that says what is done.
 * @param {string} wanted.what What is installed, in a few words.
 * @returns {Promise<string>}
 */
export async function pinnedVenv({ folder, requirements, title, what }) {
  const python = join(folder, 'bin', 'python');
  const stamp = join(folder, 'nx-notebook-lock');
  const lock = await readFile(requirements);
  const digest = createHash('sha256').update(lock).digest('hex');
  const made = await readFile(stamp, 'utf8').catch(() => '');
  if (made === digest) return python;
  await announce(title, what, async () => {
    const base = choose(await probeAll(process.env));
    if (base === undefined) throw new SetupFailed('No usable Python found.');
    await rm(folder, { recursive: true, force: true });
    await check(base.command, ['-m', 'venv', folder]);
    await check(python, [
      ...['-m', 'pip', 'install', '--quiet', '--no-input'],
      ...['--disable-pip-version-check', '--require-hashes'],
      ...['-r', requirements],
    ]);
    await writeFile(stamp, digest);
    return 'installed';
  });
  return python;
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
async function check(command, args) {
  const { code, output } = await run(command, args, { cwd: root });
  if (code !== 0)
    throw new SetupFailed(
      `${command} ${args.join(' ')} failed with code ${code}:\n\n${output}`,
    );
}
