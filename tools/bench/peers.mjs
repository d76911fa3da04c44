/**
 * The tools that we are compared with, in an environment of their own below .cache/bench, and the pipelines that all
 * run. Ours run with the same interpreter, so that libraries and kernels are the same.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedVenv } from '../scripts/setup/pinned-venv.mjs';
import { SetupFailed, root, run } from '../scripts/setup/terminal.mjs';

/** Everything that the bench makes and keeps. */
export const benchFolder = fileURLToPath(new URL('.cache/bench', root));

const bench = fileURLToPath(new URL('tools/bench', root));
const venv = join(benchFolder, 'venv');

/** The interpreter of all contestants. */
export const peerPython = join(venv, 'bin', 'python');

/** Installs the peers, once per lock. */
export async function installPeers() {
  await pinnedVenv({
    folder: venv,
    requirements: join(bench, 'requirements.txt'),
    title: 'peers',
    what: 'ploomber, papermill, nbclient',
  });
}

/**
 * Writes one pipeline in the dialects of all tools.
 *
 * @param {string} shape `example`, `wide-N` or `chain-N`.
 * @param {string} folder
 * @param {readonly string[]} [options]
 */
export async function makePipeline(shape, folder, options = []) {
  await mkdir(folder, { recursive: true });
  await check(peerPython, [
    join(bench, 'mkpipe.py'),
    shape,
    folder,
    ...options,
  ]);
}

/**
 * `ploomber build` with its parallel executor.
 *
 * @param {string} folder
 */
export async function ploomber(folder) {
  await check(
    join(venv, 'bin', 'ploomber'),
    ['build', '--entry-point', 'pipeline.parallel.yaml'],
    folder,
  );
}

/**
 * One process that runs the notebooks one after the other.
 *
 * @param {string} folder
 * @param {readonly string[]} [tasks]
 */
export async function nbclientLoop(folder, tasks = []) {
  await check(peerPython, [join(bench, 'nbclient_loop.py'), folder, ...tasks]);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} [cwd]
 */
async function check(command, args, cwd = benchFolder) {
  const { code, output } = await run(command, args, {
    cwd,
    env: environment(),
  });
  if (code !== 0)
    throw new SetupFailed(
      `${command} ${args.join(' ')} failed with code ${code}:\n\n${output}`,
    );
}

/** @returns {NodeJS.ProcessEnv} */
function environment() {
  return {
    ...process.env,
    PATH: `${join(venv, 'bin')}:${process.env['PATH'] ?? ''}`,
    PLOOMBER_STATS_ENABLED: 'false',
    PLOOMBER_VERSION_CHECK_DISABLED: 'true',
  };
}
