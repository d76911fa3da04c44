/**
 * `npm run conformance`: loads every case of the suite (packages/pipeline/test/cases) with a real Ploomber, too, and
 * compares. Differences must be exactly those of differences.json, each of which has its reason. `--only 04` takes the
 * chapters whose name contains `04`, `--all` prints the known differences as well.
 */
import { spawn } from 'node:child_process';
import {
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  realpath,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { transformFile } from '@swc/core';
import { runScript, setup } from '../scripts/setup/clone.mjs';
import { readJson } from '../scripts/setup/json-file.mjs';
import { pinnedVenv } from '../scripts/setup/pinned-venv.mjs';
import { SetupFailed, root, say } from '../scripts/setup/terminal.mjs';
import {
  details,
  differences,
  judge,
  table,
  unknownCases,
} from './compare.mjs';

/**
 * @typedef {import('../../packages/pipeline/test/case-file.js').Case} Case
 * @typedef {import('./compare.mjs').Answer} Answer
 *
 * @typedef {object} PlacedCase
 * @property {string} id
 * @property {Case} one
 * @property {string} folder The workspace; the pipeline is in `p`.
 * @property {string} file
 */

const cases = fileURLToPath(new URL('packages/pipeline/test/cases', root));
const here = fileURLToPath(new URL('tools/conformance', root));
const cache = fileURLToPath(new URL('.cache/conformance', root));

await runScript(async () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      all: { type: 'boolean', default: false },
    },
  });
  await setup();
  await mkdir(cache, { recursive: true });
  const python = await pinnedVenv({
    folder: join(cache, 'venv'),
    requirements: join(here, 'requirements.txt'),
    title: 'conformance',
    what: 'Ploomber and what it needs',
  });
  const work = await realpath(await mkdtemp(join(tmpdir(), 'conformance-')));
  try {
    const placed = await placeCases(values.only, work);
    const theirs = await ploomberAnswers(python, placed, work);
    const found = await compareAll(placed, theirs);
    return report(found, values);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
});

/**
 * The suite's reader is TypeScript: compiled here, as the tests do it.
 *
 * @returns {Promise<typeof import('../../packages/pipeline/test/case-file.js')>}
 */
async function caseReader() {
  const file = fileURLToPath(
    new URL('packages/pipeline/test/case-file.ts', root),
  );
  const { code } = await transformFile(file, {
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  });
  const compiled = join(cache, 'case-file.mjs');
  await writeFile(compiled, code);
  /** @type {unknown} */
  const module = await import(pathToFileURL(compiled).href);
  return /** @type {typeof import('../../packages/pipeline/test/case-file.js')} */ (
    module
  );
}

/**
 * @param {string} only
 * @param {string} work
 * @returns {Promise<readonly PlacedCase[]>}
 */
async function placeCases(only, work) {
  const { parseCases } = await caseReader();
  const names = (await readdir(cases)).filter((name) => name.includes(only));
  const all = await Promise.all(
    names.sort().map(async (name) => {
      const chapter = basename(name, '.txt');
      const text = await readFile(join(cases, name), 'utf8');
      return parseCases(text).map((one, index) => {
        const folder = join(work, chapter, String(index));
        const file = join(folder, 'p', one.options.file ?? 'pipeline.yaml');
        return { id: `${chapter}: ${one.title}`, one, folder, file };
      });
    }),
  );
  return all.flat();
}

/**
 * @param {string} python
 * @param {readonly PlacedCase[]} placed
 * @param {string} work
 * @returns {Promise<ReadonlyMap<string, Answer>>}
 */
async function ploomberAnswers(python, placed, work) {
  const { writeFiles } = await caseReader();
  const input = placed.map(({ id, one, folder, file }) => {
    // A copy of its own: Ploomber writes into sources.
    const own = join(`${folder}-ploomber`);
    writeFiles(join(own, 'p'), one.files);
    const { environment, overrides, variables } = one.options;
    return {
      id,
      file: file.replace(folder, own),
      overrides: Object.fromEntries(overrides ?? []),
      variables: {
        ...variables,
        ...(environment === undefined
          ? {}
          : { PLOOMBER_ENV_FILENAME: `env.${environment}.yaml` }),
      },
    };
  });
  say(`  ${'ploomber'.padEnd(14)}${placed.length} cases ...`);
  const output = await answersOf(python, await kernelFolder(work), input);
  return new Map(
    output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        /** @type {unknown} */
        const answer = JSON.parse(line);
        return /** @type {Answer & { id: string }} */ (answer);
      })
      .map((answer) => [answer.id, answer]),
  );
}

/**
 * A folder with an R kernel that is never started: Ploomber looks for it when it loads.
 *
 * @param {string} work
 * @returns {Promise<string>}
 */
async function kernelFolder(work) {
  const folder = join(work, 'jupyter');
  await mkdir(join(folder, 'kernels', 'ir'), { recursive: true });
  await writeFile(
    join(folder, 'kernels', 'ir', 'kernel.json'),
    JSON.stringify({ argv: ['false'], display_name: 'R', language: 'R' }),
  );
  return folder;
}

/**
 * @param {string} python
 * @param {string} kernels
 * @param {unknown} input
 * @returns {Promise<string>}
 */
function answersOf(python, kernels, input) {
  const child = spawn(python, [join(here, 'ploomber_cases.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env,
      JUPYTER_PATH: kernels,
      PLOOMBER_STATS_ENABLED: 'false',
      PLOOMBER_VERSION_CHECK_DISABLED: 'true',
    },
  });
  child.stdin.end(JSON.stringify(input));
  let output = '';
  child.stdout.on(
    'data',
    (/** @type {Buffer} */ chunk) => (output += chunk.toString()),
  );
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new SetupFailed(`Ploomber ended with code ${code}.`));
    });
  });
}

/**
 * @param {readonly PlacedCase[]} placed
 * @param {ReadonlyMap<string, Answer>} theirs
 */
async function compareAll(placed, theirs) {
  const { writeFiles } = await caseReader();
  // Compiled by the set-up.
  const { ourAnswer } = await import('./our-answer.mjs');
  /** @type {Map<string, readonly import('./compare.mjs').Difference[]>} */
  const found = new Map();
  for (const { id, one, folder, file } of placed) {
    writeFiles(join(folder, 'p'), one.files);
    const ours = await ourAnswer(file, {
      workspaceRoot: folder,
      ...one.options,
    });
    const answer = theirs.get(id) ?? { ok: false, error: 'no answer' };
    found.set(
      id,
      differences(
        withoutRoot(ours, folder),
        withoutRoot(answer, `${folder}-ploomber`),
      ),
    );
  }
  return found;
}

/**
 * The two load copies in different folders.
 *
 * @param {Answer} answer
 * @param {string} folder
 * @returns {Answer}
 */
function withoutRoot(answer, folder) {
  const text = JSON.stringify(answer).replaceAll(folder, '<root>');
  /** @type {unknown} */
  const moved = JSON.parse(text);
  return /** @type {Answer} */ (moved);
}

/**
 * @param {ReadonlyMap<string, readonly import('./compare.mjs').Difference[]>} found
 * @param {{ only: string, all: boolean }} values
 * @returns {number} The exit code.
 */
function report(found, { only, all }) {
  const known = /** @type {readonly import('./compare.mjs').KnownGroup[]} */ (
    readJson(join(here, 'differences.json'))
  );
  const verdicts = judge(found, known);
  const open = verdicts.filter(
    ({ status }) => status === 'new' || status === 'gone',
  );
  const shown = all ? verdicts.filter(({ status }) => status !== 'same') : open;
  for (const verdict of shown) say(`\n${details(verdict)}`);
  const unknown = only === '' ? unknownCases(found, known) : [];
  for (const id of unknown)
    say(`\n${id}\n  listed in differences.json, but there is no such case`);
  say(`\n${table(verdicts)}\n`);
  return open.length + unknown.length === 0 ? 0 : 1;
}
