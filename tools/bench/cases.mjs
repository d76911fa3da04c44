/**
 * What is measured, and against what. Each case returns rows; its targets are part of it.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { processesWith } from '../../packages/testing/dist/index.js';
import { big } from './big.mjs';
import { loading } from './loading.mjs';
import { interleave, seconds, timed } from './measurement.mjs';
import { benchFolder, makePipeline, nbclientLoop, ploomber } from './peers.mjs';
import { restore } from './restore.mjs';
import { thousandTasks, plainWorkspace } from './thousand.mjs';
import { execute, makeCold } from './workspace.mjs';
import { peakMemoryOf } from './memory.mjs';

/**
 * @typedef {import('./measurement.mjs').Row} Row
 * @typedef {import('./workspace.mjs').WorkspaceSketch} WorkspaceSketch
 * @typedef {import('../../packages/testing/dist/index.js').TestWorkspace} TestWorkspace
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {string} what
 * @property {() => readonly WorkspaceSketch[]} sketches
 * @property {(rounds: number, ...workspaces: TestWorkspace[]) => Promise<readonly Row[]>} measure
 */

const peerFolder = join(benchFolder, 'pipelines');

/** @param {string} name */
const productsOf = (name) => join(peerFolder, name, 'products');

/** @type {Case} */
const example = {
  name: 'example',
  what: 'three tasks with pandas and matplotlib, cold and with nothing to do',
  sketches: () => [{}, { daemon: true }],
  async measure(rounds, workspace, served) {
    await makePipeline('example', join(peerFolder, 'example'));
    for (const place of [workspace, served])
      await makePipeline('example', place.path('example'));
    const runPloomber = () =>
      timed(() => ploomber(join(peerFolder, 'example')));
    const cold = await interleave(
      [
        {
          name: 'ours',
          prepare: () => makeCold(workspace, 'example'),
          measure: () => timed(() => execute(workspace)),
        },
        {
          name: 'ploomber',
          prepare: () =>
            rm(productsOf('example'), { recursive: true, force: true }),
          measure: runPloomber,
        },
      ],
      rounds,
    );
    await execute(served);
    const idle = await interleave(
      [
        { name: 'ours', measure: () => timed(() => execute(served)) },
        { name: 'without', measure: () => timed(() => execute(workspace)) },
        { name: 'ploomber', measure: runPloomber },
      ],
      rounds,
    );
    return [
      faster('example, cold', cold, {
        ours: 'ours',
        other: 'ploomber',
        target: 2,
      }),
      faster('example, nothing to do', idle, {
        ours: 'ours',
        other: 'ploomber',
        target: 4,
      }),
      faster("the same without Nx's daemon", idle, {
        ours: 'without',
        other: 'ploomber',
        target: 4,
      }),
    ];
  },
};

/** @type {Case} */
const wide = {
  name: 'wide',
  what: '22 tasks, of them 20 side by side, of ten trivial cells, cold',
  sketches: () => [{}],
  async measure(rounds, workspace) {
    const shape = /** @type {const} */ (['wide-20', ['--cells', '10']]);
    await makePipeline(shape[0], join(peerFolder, 'wide'), shape[1]);
    await makePipeline(shape[0], workspace.path('wide'), shape[1]);
    const clear = () =>
      rm(productsOf('wide'), { recursive: true, force: true });
    const prepare = async () => {
      await clear();
      await makePipeline(shape[0], join(peerFolder, 'wide'), shape[1]);
    };
    const measured = await interleave(
      [
        {
          name: 'ours',
          prepare: () => makeCold(workspace, 'wide'),
          measure: () => timed(() => execute(workspace)),
        },
        {
          name: 'ploomber',
          prepare,
          measure: () => timed(() => ploomber(join(peerFolder, 'wide'))),
        },
        {
          name: 'nbclient',
          prepare,
          measure: () => timed(() => nbclientLoop(join(peerFolder, 'wide'))),
        },
      ],
      rounds,
    );
    return [
      faster('22 notebooks of ten cells', measured, {
        ours: 'ours',
        other: 'ploomber',
        target: 3,
      }),
      faster('the same', measured, {
        ours: 'ours',
        other: 'nbclient',
        target: 3,
      }),
    ];
  },
};

/** Cells of the notebook whose round trips are counted. */
const MANY_CELLS = 500;

/** @type {Case} */
const cell = {
  name: 'cell',
  what: `one notebook of ${MANY_CELLS} trivial cells against one of two`,
  sketches: () => [{}],
  async measure(rounds, workspace) {
    /** @param {number} cells */
    const pipelineOf = async (cells) => {
      for (const folder of [
        join(peerFolder, `cells-${cells}`),
        workspace.path(`cells-${cells}`),
      ])
        await makePipeline('chain-1', folder, ['--cells', String(cells)]);
    };
    await pipelineOf(2);
    await pipelineOf(MANY_CELLS);
    /** @param {number} cells */
    const ours = (cells) => ({
      name: `ours ${cells}`,
      prepare: () => makeCold(workspace, `cells-${cells}`),
      measure: () =>
        timed(() => execute(workspace, ['run', `cells-${cells}:execute`])),
    });
    /** @param {number} cells */
    const nbclient = (cells) => ({
      name: `nbclient ${cells}`,
      measure: () =>
        timed(() => nbclientLoop(join(peerFolder, `cells-${cells}`))),
    });
    const measured = await interleave(
      [ours(2), nbclient(2), ours(MANY_CELLS), nbclient(MANY_CELLS)],
      rounds,
    );
    /** @param {string} name */
    const perCell = (name) =>
      ((measured[`${name} ${MANY_CELLS}`] ?? NaN) -
        (measured[`${name} 2`] ?? NaN)) /
      (MANY_CELLS - 2);
    return [
      {
        name: 'a cell round trip',
        ours: `${perCell('ours').toFixed(1)} ms`,
        against: `nbclient ${perCell('nbclient').toFixed(1)} ms`,
        ratio: perCell('ours') / perCell('nbclient'),
        bound: 'at most',
        target: 2,
      },
    ];
  },
};

/** @type {Case} */
const memory = {
  name: 'memory',
  what: 'our processes while a notebook prints 50 MB in lines',
  sketches: () => [{}],
  async measure(rounds, workspace) {
    /** @param {string} folder @param {string} body */
    const notebook = (folder, body) =>
      workspace.write({
        [`${folder}/pipeline.yaml`]:
          'tasks:\n  - source: a.py\n    product: out/a.ipynb\n',
        [`${folder}/a.py`]: `# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n# %%\n${body}\n`,
      });
    await notebook('quiet', 'print("line")');
    await notebook(
      'loud',
      'for _ in range(500):\n    print("\\n".join(["x" * 99] * 1000))',
    );
    /** @param {string} folder */
    const peak = (folder) => ({
      name: folder,
      prepare: () => makeCold(workspace, folder),
      measure: () =>
        peakMemoryOf(
          () => execute(workspace, ['run', `${folder}:execute`]),
          () => processesWith(...workspace.marker),
        ),
    });
    const measured = await interleave([peak('quiet'), peak('loud')], rounds);
    const [quiet = NaN, loud = NaN] = [measured['quiet'], measured['loud']];
    return [
      {
        name: 'memory while 50 MB are printed',
        ours: megabytes(loud),
        against: `one line printed ${megabytes(quiet)}`,
        ratio: loud / quiet,
        bound: 'at most',
        target: 1.5,
      },
    ];
  },
};

/** @type {Case} */
const inference = {
  name: 'inference',
  what: '1,000 tasks in 50 pipelines: the graph, warm, against a plugin that infers nothing',
  sketches: () => [
    { files: thousandTasks('full') },
    { files: thousandTasks('empty') },
  ],
  async measure(rounds, ours, empty) {
    const show = ['show', 'projects'];
    for (const workspace of [ours, empty]) await execute(workspace, show);
    const measured = await interleave(
      [
        { name: 'ours', measure: () => timed(() => execute(ours, show)) },
        { name: 'empty', measure: () => timed(() => execute(empty, show)) },
      ],
      rounds,
    );
    const [mine = NaN, base = NaN] = [measured['ours'], measured['empty']];
    return [
      {
        name: 'graph of 1,000 tasks, warm: seconds added',
        ours: seconds(mine),
        against: `an empty plugin ${seconds(base)}`,
        ratio: (mine - base) / 1000,
        bound: 'at most',
        target: 0.2,
      },
    ];
  },
};

/** @type {Case} */
const thousand = {
  name: 'thousand',
  what: '1,000 tasks with nothing to do, against a plain Nx workspace with as many cached targets (executes all of them first)',
  sketches: () => [
    { files: thousandTasks('full') },
    { files: plainWorkspace() },
  ],
  async measure(rounds, ours, plain) {
    for (const workspace of [ours, plain]) {
      await execute(workspace);
      await execute(workspace);
    }
    const measured = await interleave(
      [
        { name: 'ours', measure: () => timed(() => execute(ours)) },
        { name: 'plain', measure: () => timed(() => execute(plain)) },
      ],
      rounds,
    );
    const [mine = NaN, base = NaN] = [measured['ours'], measured['plain']];
    return [
      {
        name: '1,000 tasks, nothing to do',
        ours: seconds(mine),
        against: `plain Nx ${seconds(base)}`,
        ratio: mine / base,
        bound: 'at most',
        target: 1.3,
      },
    ];
  },
};

/** In the order in which they run. @type {readonly Case[]} */
export const cases = [
  example,
  wide,
  cell,
  memory,
  inference,
  loading,
  thousand,
  restore,
  big,
];

/**
 * @param {string} name
 * @param {Readonly<Record<string, number>>} measured
 * @param {{ ours: string, other: string, target: number }} sides
 * @returns {Row}
 */
function faster(name, measured, { ours, other, target }) {
  const [mine = NaN, theirs = NaN] = [measured[ours], measured[other]];
  return {
    name,
    ours: seconds(mine),
    against: `${other} ${seconds(theirs)}`,
    ratio: theirs / mine,
    bound: 'at least',
    target,
  };
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`;
}
