/**
 * What the scripts print and how they start programs: one line when something begins, one when it ended, the
 * output of a program only when it failed. Knows nothing of what is being done.
 */
import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';

/** The folder of the clone, with a trailing slash. */
export const root = new URL('../../../', import.meta.url);

/**
 * Writes one line to standard output, at once also when it is a pipe.
 *
 * @param {string} text
 */
export function say(text) {
  const bytes = Buffer.from(`${text}\n`);
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(1, bytes, done);
    } catch (error) {
      const { code } = /** @type {NodeJS.ErrnoException} */ (error);
      // Nobody reads any more, for example `npm start | head`.
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
    }
  }
}

/**
 * `0.4 s`, `12 s`, `3 min 20 s`.
 *
 * @param {number} ms
 * @returns {string}
 */
export function duration(ms) {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Something that a person has to mend; printed without a stack trace. */
export class SetupFailed extends Error {}

/**
 * @typedef {object} ProgramResult
 * @property {number} code Exit code; 128 + n after a signal n is not told apart from 1.
 * @property {string} output stdout and stderr as they came; empty when inherited.
 */

/**
 * Runs a program to its end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string | URL, env?: NodeJS.ProcessEnv, inherit?: boolean }} [options]
 * @returns {Promise<ProgramResult>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: options.env ?? process.env,
      stdio: options.inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout?.on(
      'data',
      (/** @type {Buffer} */ chunk) => (output += chunk.toString()),
    );
    child.stderr?.on(
      'data',
      (/** @type {Buffer} */ chunk) => (output += chunk.toString()),
    );
    child.on('error', (error) =>
      resolve({ code: 127, output: `${output}${error.message}\n` }),
    );
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Says what begins, does it, says how long it took.
 *
 * @param {string} title For example `node modules`.
 * @param {string} why
 * @param {() => Promise<string>} work Returns what was done in a few words.
 */
export async function announce(title, why, work) {
  const started = performance.now();
  say(`  ${title.padEnd(14)}${why} ...`);
  const done = await work();
  say(
    `  ${title.padEnd(14)}${done} (${duration(performance.now() - started)})`,
  );
}
