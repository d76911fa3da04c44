/**
 * A hundred results of 1 MB out of a real S3 server into a fresh clone, against a bare script of the same SDK that
 * downloads the same objects into files.
 */
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startS3Server } from '../../packages/testing/dist/index.js';
import { SetupFailed } from '../scripts/setup/terminal.mjs';
import { interleave, median, seconds, timed } from './measurement.mjs';
import { benchFolder } from './peers.mjs';
import { serverBinary } from './server-binary.mjs';
import { makeCold } from './workspace.mjs';

/**
 * @typedef {import('../../packages/testing/dist/index.js').S3Server} S3Server
 * @typedef {import('../../packages/testing/dist/index.js').TestWorkspace} TestWorkspace
 */

const TASKS = 100;
const FOLDER = 'restored';

/** @type {import('./cases.mjs').Case} */
export const restore = {
  name: 'restore',
  what: `${TASKS} tasks of 1 MB from an S3 server on this machine into a fresh clone, against the bare SDK (executes all of them first)`,
  sketches: () => [{ files: pipeline() }],
  async measure(rounds, workspace) {
    const folder = join(benchFolder, 'restore');
    await mkdir(folder, { recursive: true });
    const server = await startS3Server({ binary: serverBinary() });
    try {
      return await measureWith(server, { folder, workspace, rounds });
    } finally {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/**
 * @param {S3Server} server
 * @param {{ folder: string, workspace: TestWorkspace, rounds: number }} options
 */
async function measureWith(server, { folder, workspace, rounds }) {
  const bucket = await server.makeBucket();
  const env = {
    ...server.env('root'),
    NX_NOTEBOOK_STORE: `s3://${bucket.name}/team`,
  };
  await run(workspace, `${TASKS} executed`, {
    ...env,
    NX_NOTEBOOK_STORE_SCOPE: 'trusted',
  });
  const objects = join(folder, 'objects.json');
  const listed = await bucket.list();
  await writeFile(objects, JSON.stringify(listed.map(({ key }) => key)));
  const files = join(folder, 'files');
  /** @type {Record<'ours' | 'bare', number[]>} */
  const whole = { ours: [], bare: [] };
  /** @param {'ours' | 'bare'} who @param {() => Promise<number>} work */
  const measuring = (who, work) => async () => {
    let own = NaN;
    whole[who].push(await timed(async () => void (own = await work())));
    return own;
  };
  const measured = await interleave(
    [
      {
        name: 'bare',
        prepare: () => rm(files, { recursive: true, force: true }),
        measure: measuring('bare', () =>
          download(server, [bucket.name, objects, files]),
        ),
      },
      {
        name: 'ours',
        prepare: () => makeCold(workspace, FOLDER),
        measure: measuring('ours', () =>
          run(workspace, `${TASKS} restored (${TASKS} from s3)`, {
            ...env,
            NX_NOTEBOOK_STORE_ACCESS: 'read',
          }),
        ),
      },
    ],
    rounds,
  );
  return rowsOf(measured, whole, listed.length);
}

/**
 * @param {Readonly<Record<string, number>>} measured
 * @param {Record<'ours' | 'bare', number[]>} whole
 * @param {number} objects
 * @returns {import('./measurement.mjs').Row[]}
 */
function rowsOf({ ours = NaN, bare = NaN }, whole, objects) {
  const [nx, script] = [median(whole.ours), median(whole.bare)];
  return [
    {
      name: `${TASKS} tasks of 1 MB restored: time of the run`,
      ours: seconds(ours),
      against: `bare SDK, ${objects} objects into files ${seconds(bare)}`,
      ratio: ours / bare,
      bound: 'at most',
      target: 1.5,
    },
    {
      name: 'the same with the start of Nx: whole commands',
      ours: seconds(nx),
      against: `bare SDK, whole process ${seconds(script)}`,
      ratio: nx / script,
      bound: 'at most',
    },
  ];
}

/**
 * Executes or restores, and says how long the run took as it says itself: from the first look at a task to the last
 * report, without the start of Nx.
 *
 * @param {TestWorkspace} workspace
 * @param {string} expected
 * @param {Readonly<Record<string, string>>} env
 */
async function run(workspace, expected, env) {
  const args = ['run-many', '-t', 'execute'];
  const { output } = await workspace.nxWith(env, ...args);
  const summary = new RegExp(`${TASKS} tasks in (.*): (.*)`).exec(output);
  const [, duration = '', counts = ''] = summary ?? [];
  if (!counts.startsWith(expected))
    throw new SetupFailed(`Not "${expected}", as it should be:\n\n${output}`);
  return milliseconds(duration);
}

/** `980 ms`, `2.1 s`, `1 min 20 s`. @param {string} duration */
function milliseconds(duration) {
  const units = { ms: 1, s: 1000, min: 60_000 };
  let sum = 0;
  for (const [, count, unit] of duration.matchAll(/([\d.]+) (ms|s|min)/g))
    sum += Number(count) * units[/** @type {keyof typeof units} */ (unit)];
  return sum;
}

/** In a process of its own, as ours. @param {S3Server} server @param {readonly string[]} args */
async function download(server, args) {
  const script = fileURLToPath(new URL('downloader.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [script, ...args],
    { env: { ...process.env, ...server.env('root') } },
  );
  return Number(stdout);
}

function pipeline() {
  const names = Array.from({ length: TASKS }, (_, index) => `t${index}`);
  const tasks = names.map(
    (name) =>
      `  - source: ${name}.py\n    product: {nb: products/${name}.ipynb, data: products/${name}.bin}\n`,
  );
  return {
    [`${FOLDER}/pipeline.yaml`]: `tasks:\n${tasks.join('')}`,
    ...Object.fromEntries(
      names.map((name) => [`${FOLDER}/${name}.py`, source(name)]),
    ),
  };
}

/** Random bytes, so that nothing on the way can be clever. @param {string} name */
function source(name) {
  return [
    '# %% tags=["parameters"]',
    'upstream = None',
    'product = None',
    '',
    '# %%',
    'import os',
    '',
    'with open(product["data"], "wb") as file:',
    `    file.write(os.urandom(1_000_000))  # ${name}`,
    '',
  ].join('\n');
}
