/**
 * 50 projects of 20 tasks: as our pipelines, as a plugin that infers nothing from them, and as plain Nx targets. In
 * each, `root` feeds 18 tasks and `join` reads all of them.
 */

const PROJECTS = 50;
const MIDDLES = Array.from({ length: 18 }, (_, index) => `mid${index}`);

/** @type {readonly (readonly [string, readonly string[]])[]} */
const TASKS = [
  ['root', []],
  ...MIDDLES.map((name) => /** @type {const} */ ([name, ['root']])),
  ['join', MIDDLES],
];

/** @typedef {Record<string, string>} Files */

/**
 * @param {'full' | 'empty'} plugin
 * @returns {Files}
 */
export function thousandTasks(plugin) {
  return {
    ...everyProject((folder) => ({
      [`${folder}/pipeline.yaml`]: `tasks:\n${TASKS.map(([name]) => `  - source: ${name}.py\n    product: {nb: out/${name}.ipynb, data: out/${name}.txt}\n`).join('')}`,
      ...Object.fromEntries(
        TASKS.map(([name, upstream]) => [
          `${folder}/${name}.py`,
          source(name, upstream),
        ]),
      ),
    })),
    ...(plugin === 'empty'
      ? {
          'empty-plugin.js':
            "exports.createNodes = ['**/pipeline.yaml', () => []];\n",
          'nx.json': nxJson(['./empty-plugin.js']),
        }
      : {}),
  };
}

/** @returns {Files} */
export function plainWorkspace() {
  return {
    ...everyProject((folder) => ({
      [`${folder}/project.json`]: JSON.stringify({
        name: folder,
        targets: {
          execute: {
            executor: 'nx:noop',
            dependsOn: TASKS.map(([name]) => `execute--${name}`),
          },
          ...Object.fromEntries(
            TASKS.map(([name, upstream]) => [
              `execute--${name}`,
              plainTarget(folder, name, upstream),
            ]),
          ),
        },
      }),
      ...Object.fromEntries(
        TASKS.map(([name, upstream]) => [
          `${folder}/${name}.py`,
          source(name, upstream),
        ]),
      ),
    })),
    'nx.json': nxJson([]),
  };
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {readonly string[]} upstream
 */
function plainTarget(folder, name, upstream) {
  const out = `${folder}/out/${name}`;
  return {
    cache: true,
    executor: 'nx:run-commands',
    options: {
      command: `mkdir -p ${folder}/out && cp ${folder}/${name}.py ${out}.txt && cp ${folder}/${name}.py ${out}.ipynb`,
    },
    inputs: [
      `{projectRoot}/${name}.py`,
      { externalDependencies: [] },
      ...upstream.map((task) => ({
        dependentTasksOutputFiles: `${folder}/out/${task}.txt`,
      })),
    ],
    outputs: [
      `{projectRoot}/out/${name}.txt`,
      `{projectRoot}/out/${name}.ipynb`,
    ],
    dependsOn: upstream.map((task) => `execute--${task}`),
  };
}

/**
 * @param {string} name
 * @param {readonly string[]} upstream
 */
function source(name, upstream) {
  const names = upstream.length > 0 ? JSON.stringify(upstream) : 'None';
  const read = upstream.map(
    (task) => `open(upstream["${task}"]["data"]).read()`,
  );
  return [
    '# %% tags=["parameters"]',
    `upstream = ${names}`,
    'product = None',
    '',
    '# %%',
    'with open(product["data"], "w") as file:',
    `    file.write("".join(["${name}", ${read.join(', ')}]))`,
    '',
  ].join('\n');
}

/** @param {(folder: string) => Files} files @returns {Files} */
function everyProject(files) {
  const folders = Array.from({ length: PROJECTS }, (_, index) => `p${index}`);
  return Object.fromEntries(
    folders.flatMap((folder) => Object.entries(files(folder))),
  );
}

/** @param {readonly string[]} plugins */
function nxJson(plugins) {
  return JSON.stringify({
    analytics: false,
    neverConnectToCloud: true,
    plugins,
  });
}
