/**
 * One large product to and from a real S3 server, against the bare SDK with the same file: time and memory.
 */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startS3Server } from '../../packages/testing/dist/index.js';
import { interleave, seconds } from './measurement.mjs';
import { benchFolder } from './peers.mjs';
import { serverBinary } from './server-binary.mjs';

/** @typedef {import('../../packages/testing/dist/index.js').S3Server} S3Server */

const SIZE_BYTES = 2_000_000_000;
const MEMORY_BYTES = 250_000_000;

/** @type {import('./cases.mjs').Case} */
export const big = {
  name: 'big',
  what: 'a product of 2 GB to and from an S3 server on this machine, against the bare SDK',
  sketches: () => [],
  async measure(rounds) {
    const folder = join(benchFolder, 'big');
    await mkdir(folder, { recursive: true });
    const server = await startS3Server({ binary: serverBinary() });
    try {
      return await measureWith(server, folder, rounds);
    } finally {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** @param {S3Server} server @param {string} folder @param {number} rounds */
async function measureWith(server, folder, rounds) {
  const file = join(folder, 'product');
  const copy = join(folder, 'copy');
  const sha256 = await writeRandom(file);
  const { name: bucket } = await server.makeBucket();
  let peak = 0;
  /** @param {'ours' | 'bare'} who @param {'put' | 'get'} action */
  const contestant = (who, action) => ({
    name: `${who} ${action}`,
    prepare: () => rm(copy, { force: true }),
    measure: async () => {
      const path = action === 'put' ? file : copy;
      const args = [who, action, bucket, path, String(SIZE_BYTES), sha256];
      const { ms, peakBytes } = await move(server, args);
      if (who === 'ours') peak = Math.max(peak, peakBytes);
      return ms;
    },
  });
  const measured = await interleave(
    [
      contestant('bare', 'put'),
      contestant('bare', 'get'),
      contestant('ours', 'put'),
      contestant('ours', 'get'),
    ],
    rounds,
  );
  /** @param {string} what @param {'put' | 'get'} action @returns {import('./measurement.mjs').Row} */
  const row = (what, action) => {
    const [mine = NaN, theirs = NaN] = ['ours', 'bare'].map(
      (who) => measured[`${who} ${action}`],
    );
    return {
      name: `2 GB ${what}`,
      ours: seconds(mine),
      against: `bare SDK ${seconds(theirs)}`,
      ratio: theirs / mine,
      bound: 'at least',
      target: 0.8,
    };
  };
  return [
    row('uploaded', 'put'),
    row('downloaded and verified', 'get'),
    {
      name: 'memory meanwhile',
      ours: `${Math.round(peak / 1e6)} MB`,
      against: `limit ${MEMORY_BYTES / 1e6} MB`,
      ratio: peak / MEMORY_BYTES,
      bound: /** @type {const} */ ('at most'),
      target: 1,
    },
  ];
}

/** In a process of its own, for its memory. @param {S3Server} server @param {readonly string[]} args */
async function move(server, args) {
  const mover = fileURLToPath(new URL('mover.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [mover, ...args],
    { env: { ...process.env, ...server.env('root') } },
  );
  const [ms = NaN, peakBytes = NaN] = stdout.split(' ').map(Number);
  return { ms, peakBytes };
}

/** Random, so that nothing on the way can be clever. @param {string} path */
async function writeRandom(path) {
  const hash = createHash('sha256');
  const handle = await open(path, 'w');
  for (let left = SIZE_BYTES; left > 0;) {
    const chunk = randomBytes(Math.min(left, 8_000_000));
    hash.update(chunk);
    await handle.writeFile(chunk);
    left -= chunk.length;
  }
  await handle.close();
  return hash.digest('hex');
}
