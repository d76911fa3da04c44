/**
 * How long the graph step takes for 50 pipelines of 20 tasks: with nothing remembered, and when all of it is; beside a
 * plain parse of the same files. Each measurement has a process of its own.
 */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SetupFailed, run } from '../scripts/setup/terminal.mjs';
import { interleave } from './measurement.mjs';
import { thousandTasks } from './thousand.mjs';

const script = fileURLToPath(new URL('loading-process.mjs', import.meta.url));

/** @type {import('./cases.mjs').Case} */
export const loading = {
  name: 'loading',
  what: '50 pipelines of 20 tasks: the graph step with and without its cache, beside a plain parse of the files',
  sketches: () => [{ files: thousandTasks('full') }],
  async measure(rounds, workspace) {
    const forget = () =>
      rm(workspace.path('.nx'), { recursive: true, force: true });
    const measureOurs = () => milliseconds(workspace.root, 'ours');
    const measured = await interleave(
      [
        {
          name: 'parse',
          measure: () => milliseconds(workspace.root, 'yaml'),
        },
        { name: 'cold', prepare: forget, measure: measureOurs },
        // The round before has left its cache.
        { name: 'cached', measure: measureOurs },
      ],
      rounds,
    );
    const { parse = NaN, cold = NaN, cached = NaN } = measured;
    const against = `plain parse ${parse.toFixed(0)} ms`;
    return [
      {
        name: 'loading 1,000 tasks, cold: of 300 ms',
        ours: `${cold.toFixed(0)} ms`,
        against,
        ratio: cold / 300,
        bound: 'at most',
        target: 1,
      },
      {
        name: 'loading them from the cache: of 50 ms',
        ours: `${cached.toFixed(0)} ms`,
        against,
        ratio: cached / 50,
        bound: 'at most',
        target: 1,
      },
    ];
  },
};

/**
 * @param {string} root
 * @param {'ours' | 'yaml'} contestant
 * @returns {Promise<number>}
 */
async function milliseconds(root, contestant) {
  const { code, output } = await run(process.execPath, [
    script,
    root,
    contestant,
  ]);
  const found = /"files":50,"ms":([\d.]+)/.exec(output);
  if (code !== 0 || found === null)
    throw new SetupFailed(`Loading ${root} (${contestant}) failed:\n${output}`);
  return Number(found[1]);
}
