/**
 * The parts of `npm test`, how each is run and how its result is counted: jest's tests by jest's own report, every
 * other part as one.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readJsonIfAny } from '../setup/json-file.mjs';
import { root, run } from '../setup/terminal.mjs';
import { venvPython } from '../setup/venv.mjs';

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {string} what One line for people.
 * @property {string} bin Script below node_modules, run with this Node.
 * @property {readonly string[]} args
 * @property {boolean} [isJest]
 * @property {boolean} [usesServer] Some of its tests need the S3 server, and are skipped without it.
 * @property {boolean} [isAllServer] All of them do.
 * @property {boolean} [usesTools] Some of its tests need R or PostgreSQL, and are skipped without them.
 *
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 *
 * @typedef {Partial<Record<'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests' | 'numRuntimeErrorTestSuites', number>>} JestReport
 *
 * @typedef {object} PartResult
 * @property {string} name
 * @property {Counts} counts
 * @property {string} took
 */

/** For tests that set none of their own: a slow machine is not a failure, a hang is. */
const jestTimeoutMs = 60_000;

/**
 * @param {string} name
 * @param {string} what
 * @param {readonly string[]} args
 * @returns {Part}
 */
function jest(name, what, args) {
  return {
    name,
    what,
    bin: 'jest/bin/jest.js',
    args: [
      '-c',
      'tools/jest.config.cjs',
      `--testTimeout=${jestTimeoutMs}`,
      '--selectProjects',
      name,
      ...args,
    ],
    isJest: true,
  };
}

/** In the order in which they run: the quick ones first. @type {readonly Part[]} */
export const parts = [
  {
    name: 'types',
    what: 'tsc over the tests and scripts; the packages were compiled by the set-up',
    bin: 'typescript/bin/tsc',
    args: ['-p', 'tools/tsconfig.spec.json'],
  },
  {
    name: 'eslint',
    what: 'typescript-eslint, strictTypeChecked',
    bin: 'eslint/bin/eslint.js',
    args: ['-c', 'tools/eslint.config.mjs', '.'],
  },
  {
    name: 'prettier',
    what: 'formatting',
    bin: 'prettier/bin/prettier.cjs',
    args: ['--check', '--log-level', 'warn', '.'],
  },
  {
    name: 'knip',
    what: 'unused files, exports and dependencies',
    bin: 'knip/bin/knip.js',
    args: ['-c', 'tools/knip.json'],
  },
  jest('unit', 'needs Node only', ['--maxWorkers=2']),
  {
    ...jest('s3', 'a real S3 server, and faults in front of it', [
      '--maxWorkers=2',
    ]),
    usesServer: true,
    isAllServer: true,
  },
  {
    ...jest('kernel', 'real Jupyter kernels from .venv', ['--maxWorkers=2']),
    usesTools: true,
  },
  {
    ...jest(
      'e2e',
      'the packed packages in fresh workspaces, one after the other',
      ['--runInBand'],
    ),
    usesServer: true,
    usesTools: true,
  },
];

/** Names that stand for several parts. @type {Readonly<Record<string, readonly string[]>>} */
const groups = { lint: ['eslint', 'prettier', 'knip'] };

/**
 * The parts that the arguments ask for; all without arguments.
 *
 * @param {readonly string[]} args
 * @returns {{ ok: true, names: ReadonlySet<string> } | { ok: false, error: string }}
 */
export function choosePart(args) {
  const known = parts.map(({ name }) => name);
  const names = args.flatMap((arg) => groups[arg] ?? [arg]);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    return {
      ok: false,
      error: `There is no part ${unknown.join(', ')}. Parts: ${[...known, ...Object.keys(groups)].join(', ')}.`,
    };
  return { ok: true, names: new Set(names.length > 0 ? names : known) };
}

/**
 * Runs one part with its output shown.
 *
 * @param {Part} part
 * @param {{ hasServer: boolean }} machine
 * @returns {Promise<Counts>}
 */
export async function runPart(part, { hasServer }) {
  const report = fileURLToPath(new URL(`.cache/test/${part.name}.json`, root));
  const script = fileURLToPath(new URL(`node_modules/${part.bin}`, root));
  rmSync(report, { force: true });
  mkdirSync(new URL('.cache/test/', root), { recursive: true });
  const { code } = await run(
    process.execPath,
    [
      script,
      ...part.args,
      ...(part.isJest ? ['--json', `--outputFile=${report}`] : []),
    ],
    { inherit: true, env: testEnvironment(process.env) },
  );
  if (!part.isJest)
    return code === 0
      ? { passed: 1, failed: 0, skipped: 0 }
      : { passed: 0, failed: 1, skipped: 0 };
  return countJest(
    /** @type {JestReport | undefined} */ (readJsonIfAny(report)),
    code,
    { mayBeSkipped: part.isAllServer === true && !hasServer },
  );
}

/**
 * What a run of jest counts for. A suite that did not load has no tests of its own and counts as one that failed;
 * so does a run that ended badly without saying why, or that ran no test, unless all of them are known to be skipped.
 *
 * @param {JestReport | undefined} report
 * @param {number} code
 * @param {{ mayBeSkipped?: boolean }} [options]
 * @returns {Counts}
 */
export function countJest(report, code, { mayBeSkipped = false } = {}) {
  const passed = report?.numPassedTests ?? 0;
  const failed =
    (report?.numFailedTests ?? 0) + (report?.numRuntimeErrorTestSuites ?? 0);
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  const ran = mayBeSkipped ? passed + skipped : passed;
  const isUnexplained = failed === 0 && (code !== 0 || ran === 0);
  return { passed, failed: isUnexplained ? 1 : failed, skipped };
}

/**
 * @param {PartResult} result
 * @returns {string}
 */
export function partLine({ name, counts, took }) {
  const verdict = counts.failed === 0 ? 'ok' : 'FAILED';
  return `  ${name.padEnd(10)}${verdict.padEnd(8)}${countsText(counts).padEnd(34)}${took}`;
}

/**
 * @param {readonly Counts[]} all
 * @returns {{ text: string, isGreen: boolean }}
 */
export function closingLine(all) {
  const total = all.reduce(
    (sum, counts) => ({
      passed: sum.passed + counts.passed,
      failed: sum.failed + counts.failed,
      skipped: sum.skipped + counts.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
  return { text: countsText(total), isGreen: total.failed === 0 };
}

/** @param {Counts} counts */
function countsText({ passed, failed, skipped }) {
  const tail = skipped > 0 ? `, ${skipped} skipped` : '';
  return `${passed} passed, ${failed} failed${tail}`;
}

/**
 * The tests' environment: this Node and the repository's Python, no interactive Nx.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function testEnvironment(env) {
  return { ...env, NX_NOTEBOOK_TEST_PYTHON: venvPython, NX_TUI: 'false' };
}
