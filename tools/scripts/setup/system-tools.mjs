/**
 * Programs that some tests need and neither npm nor pip can bring: R with IRkernel, and PostgreSQL. Looks for them, and
 * lets the system's package manager install them where nobody has to be asked: as root, or in continuous integration.
 * Elsewhere the tests that need them are skipped. Knows nothing of how they are started.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readJsonIfAny } from './json-file.mjs';
import { systemFamily } from './needs.mjs';
import { isExecutable, pathFolders } from './python.mjs';
import { SetupFailed, announce, root, run, say } from './terminal.mjs';

/**
 * @typedef {object} Tool
 * @property {'r' | 'postgres'} name
 * @property {string} title
 * @property {string} variable Chooses by hand; what the tests read.
 * @property {readonly string[]} debian Packages.
 * @property {string} advice How to get it elsewhere.
 *
 * @typedef {Partial<Record<Tool['name'], string>>} FoundTools R's program, and the folder of PostgreSQL's.
 *
 * @typedef {object} Machine
 * @property {string} family See {@link systemFamily}.
 * @property {boolean} isRoot
 * @property {boolean} isCi
 *
 * @typedef {{ status: 'ready' }
 *   | { status: 'install', commands: readonly (readonly string[])[], why: string }
 *   | { status: 'absent', why: readonly string[] }} ToolPlan
 */

/** @type {readonly Tool[]} */
export const tools = [
  {
    name: 'r',
    title: 'R with IRkernel',
    variable: 'NX_NOTEBOOK_TEST_R',
    debian: ['r-base-core', 'r-cran-irkernel'],
    advice: 'install R, then run install.packages("IRkernel") in it',
  },
  {
    name: 'postgres',
    title: 'PostgreSQL',
    variable: 'NX_NOTEBOOK_TEST_POSTGRES',
    debian: ['postgresql'],
    advice: 'https://www.postgresql.org/download',
  },
];

/** Read by `tools/jest.config.cjs`. */
const foundFile = new URL('.cache/setup/system-tools.json', root);

/**
 * What to do about tools that are missing.
 *
 * @param {FoundTools} found
 * @param {Machine} machine
 * @returns {ToolPlan}
 */
export function planTools(found, { family, isRoot, isCi }) {
  const missing = tools.filter(({ name }) => found[name] === undefined);
  if (missing.length === 0) return { status: 'ready' };
  const packages = missing.flatMap(({ debian }) => debian);
  const titles = missing.map(({ title }) => title).join(' and ');
  if (family === 'debian' && (isRoot || isCi)) {
    const command = [
      ...(isRoot ? [] : ['sudo', '--non-interactive']),
      ...['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'],
    ];
    return {
      status: 'install',
      // A fresh container has no lists of packages.
      commands: [
        [...command, 'update', '-q'],
        [...command, 'install', '-yq', '--no-install-recommends', ...packages],
      ],
      why: `apt-get installs ${titles} for the tests`,
    };
  }
  return {
    status: 'absent',
    why: missing.map(({ title, debian, advice }) =>
      family === 'debian'
        ? `no ${title} (sudo apt-get install --no-install-recommends ${debian.join(' ')})`
        : `no ${title} (${advice})`,
    ),
  };
}

/**
 * Looks for the tools, installs what may be installed, and leaves word for the tests.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export async function provideTools(env) {
  const isCi = !['', 'false', undefined].includes(env['CI']);
  let found = await findTools(env);
  const plan = planTools(found, {
    family: systemFamily(),
    isRoot: process.getuid?.() === 0,
    isCi,
  });
  let why = plan.status === 'absent' ? plan.why : [];
  if (plan.status === 'install') {
    await announce('system tools', plan.why, async () => {
      why = await install(plan.commands);
      return why.length === 0 ? 'installed' : 'not installed';
    });
    found = await findTools(env);
  }
  mkdirSync(new URL('.', foundFile), { recursive: true });
  writeFileSync(foundFile, `${JSON.stringify(found, undefined, 2)}\n`);
  const missing = tools.filter(({ name }) => found[name] === undefined);
  if (missing.length > 0) sayMissing(missing, why, isCi);
}

/**
 * @param {readonly Tool[]} missing
 * @param {readonly string[]} why
 * @param {boolean} isCi
 */
function sayMissing(missing, why, isCi) {
  const reason = why.length > 0 ? why.join('; ') : titlesOf(missing);
  if (isCi)
    throw new SetupFailed(
      `Some tests need ${titlesOf(missing)}, and with CI set none is skipped: ${reason}`,
    );
  say(
    `  ${'system tools'.padEnd(14)}the tests that need them are skipped: ${reason}`,
  );
}

/** @param {readonly Tool[]} list */
function titlesOf(list) {
  return list.map(({ title }) => title).join(' and ');
}

/**
 * @param {readonly (readonly string[])[]} commands
 * @returns {Promise<readonly string[]>} Why it failed.
 */
async function install(commands) {
  let failure;
  for (const [program = '', ...args] of commands) {
    const { code, output } = await run(program, args);
    // Lists may be there although they can't be renewed.
    failure = code === 0 ? undefined : lastLine(output);
  }
  return failure === undefined ? [] : [failure];
}

/** @param {string} output */
function lastLine(output) {
  return output.trim().split('\n').at(-1) ?? '';
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<FoundTools>}
 */
async function findTools(env) {
  const known = /** @type {FoundTools | undefined} */ (
    readJsonIfAny(foundFile)
  );
  const r = await findR(env, known?.r);
  const postgres = findPostgres(env);
  return {
    ...(r === undefined ? {} : { r }),
    ...(postgres === undefined ? {} : { postgres }),
  };
}

/**
 * An R that has IRkernel.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string | undefined} known Found earlier: asking R takes half a second.
 */
async function findR(env, known) {
  const chosen = env['NX_NOTEBOOK_TEST_R'];
  if (chosen !== undefined && chosen !== '') return chosen;
  if (known !== undefined && isExecutable(known)) return known;
  for (const folder of pathFolders(env)) {
    const path = join(folder, 'R');
    if (!isExecutable(path)) continue;
    const { code } = await run(path, [
      ...['--vanilla', '--slave', '-e'],
      'stopifnot(requireNamespace("IRkernel", quietly = TRUE))',
    ]);
    if (code === 0) return path;
  }
  return undefined;
}

/**
 * A folder with initdb and postgres.
 *
 * @param {NodeJS.ProcessEnv} env
 */
function findPostgres(env) {
  const chosen = env['NX_NOTEBOOK_TEST_POSTGRES'];
  if (chosen !== undefined && chosen !== '') return chosen;
  const folders = [...pathFolders(env), ...debianFolders()];
  return folders.find((folder) =>
    ['initdb', 'postgres'].every((name) => isExecutable(join(folder, name))),
  );
}

/** Debian keeps them out of PATH, the newest first. */
function debianFolders() {
  const base = '/usr/lib/postgresql';
  if (!existsSync(base)) return [];
  return readdirSync(base)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(base, version, 'bin'));
}

/**
 * Makes R's kernel known to the tests' own environment, and to no other.
 *
 * @param {string} python Of the environment.
 */
export function registerR(python) {
  const { r } = /** @type {FoundTools} */ (readJsonIfAny(foundFile) ?? {});
  const folder = join(dirname(dirname(python)), 'share/jupyter/kernels/ir');
  if (r === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'kernel.json'),
    `${JSON.stringify({
      argv: [
        ...[r, '--slave', '-e', 'IRkernel::main()'],
        ...['--args', '{connection_file}'],
      ],
      display_name: 'R',
      language: 'R',
    })}\n`,
  );
}
