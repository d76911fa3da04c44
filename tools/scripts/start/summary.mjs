/**
 * What `npm start` says at its end: which tasks were executed and which were reused. Nx's own report names the tasks
 * of the run; the run records of the tasks say which of them were executed in it.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJson } from '../setup/json-file.mjs';
import { root } from '../setup/terminal.mjs';

const PREFIX = 'execute--';

/**
 * @typedef {object} EndedTask
 * @property {string} project
 * @property {string} task
 * @property {boolean} wasExecuted
 *
 * @typedef {object} NxReport
 * @property {readonly { projectName: string, target: string }[]} tasks
 *
 * @typedef {object} RecordedRun
 * @property {string} project
 * @property {string} task
 * @property {string} status
 * @property {string} startedAt
 */

/**
 * The tasks of the Nx run that began at `started`, in its order.
 *
 * @param {number} started Milliseconds since 1970.
 * @returns {readonly EndedTask[]}
 */
export function endedTasks(started) {
  return joinReports(nxReport(), runRecords(), started);
}

/**
 * @param {NxReport} report
 * @param {readonly RecordedRun[]} records
 * @param {number} started
 * @returns {readonly EndedTask[]}
 */
export function joinReports(report, records, started) {
  const executed = new Set(
    records
      .filter(
        ({ status, startedAt }) =>
          status === 'executed' && Date.parse(startedAt) >= started,
      )
      .map(({ project, task }) => `${project}:${task}`),
  );
  return report.tasks
    .filter(({ target }) => target.startsWith(PREFIX))
    .map(({ projectName: project, target }) => {
      const task = target.slice(PREFIX.length);
      return { project, task, wasExecuted: executed.has(`${project}:${task}`) };
    });
}

/**
 * @param {readonly EndedTask[]} tasks
 * @param {string} took
 * @param {string} notebook
 * @returns {string}
 */
export function closingWords(tasks, took, notebook) {
  const executed = tasks.filter(({ wasExecuted }) => wasExecuted);
  const reused = tasks.filter(({ wasExecuted }) => !wasExecuted);
  return [
    '',
    `${tasks.length} tasks in ${took}: ${executed.length} executed, ${reused.length} reused.`,
    ...rows('executed', executed),
    ...rows('reused', reused),
    '',
    `Open ${notebook}`,
    executed.length > 0
      ? 'Run `npm start` again: nothing is executed twice.'
      : 'Change a notebook or a param in e2e/examples, then run `npm start` again: only what it concerns is executed.',
  ].join('\n');
}

/**
 * @param {string} title
 * @param {readonly EndedTask[]} tasks
 * @returns {readonly string[]}
 */
function rows(title, tasks) {
  const projects = [...new Set(tasks.map(({ project }) => project))].sort();
  return projects.map((project, index) => {
    const names = tasks
      .filter((task) => task.project === project)
      .map(({ task }) => task);
    return `  ${(index === 0 ? title : '').padEnd(10)}${project}: ${names.join(', ')}`;
  });
}

/** @returns {NxReport} */
function nxReport() {
  const require = createRequire(import.meta.url);
  /** @type {unknown} */
  const devkit = require('@nx/devkit');
  const { cacheDir } = /** @type {{ cacheDir: string }} */ (devkit);
  return /** @type {NxReport} */ (readJson(join(cacheDir, 'run.json')));
}

/** @returns {readonly RecordedRun[]} */
function runRecords() {
  const folder = fileURLToPath(new URL('.nx/notebook/records', root));
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => /** @type {RecordedRun} */ (readJson(join(folder, name))));
}
