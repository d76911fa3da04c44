/** A folder as `ploomber build` leaves it: sources, products, and metadata that says when and of what they were made. */
import { createHash } from 'node:crypto';
import { utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { loadPipeline, type Pipeline } from '@nx-notebook/pipeline';
import { Files } from '../support/files.js';

/** When everything was made, in seconds since 1970. */
export const madeAt = 1_700_000_000;

const plot = [
  '# %% [markdown]',
  '# # Title',
  '',
  '# %% tags=["parameters"]',
  "upstream = ['make']",
  'product = None',
  's = None',
  '',
  '# %%',
  'print(s)',
  '',
].join('\n');

const make = [
  'K = 2',
  '',
  '',
  'def make(product, n, resources_):',
  '    """Doc."""',
  "    open(str(product), 'w').write(str(n * K))",
  '',
].join('\n');

/** What Ploomber 0.23.3 kept of the two sources. */
const makeSource = make.slice(make.indexOf('def '));
const plotSource =
  "# Title\nupstream = ['make']\nproduct = None\ns = None\nprint(s)";

/** Two finished tasks: a function `make`, and a notebook `plot` that reads its product. */
export function finishedProject(): Files {
  const files = new Files({
    'ml/pipeline.yaml': [
      'tasks:',
      '  - source: tasks.make',
      '    product: out/data.csv',
      '    params: {n: 3, resources_: {cfg: cfg.json}}',
      '  - source: plot.py',
      '    product: {nb: out/plot.ipynb, text: out/plot.txt}',
      '    params: {s: hello}',
      '',
    ].join('\n'),
    'ml/cfg.json': '{}',
    'ml/tasks.py': make,
    'ml/plot.py': plot,
    'ml/out/data.csv': '6',
    'ml/out/plot.ipynb': executed(),
    'ml/out/plot.txt': '6',
    'nx.json': '{}',
  });
  const cfg = createHash('md5').update('{}').digest('hex');
  writeRecord(files, 'ml/out/data.csv', {
    source: makeSource,
    params: { n: 3, resources_: { cfg } },
    at: madeAt,
  });
  for (const path of ['ml/out/plot.ipynb', 'ml/out/plot.txt']) {
    writeRecord(files, path, {
      source: plotSource,
      params: { s: 'hello' },
      at: madeAt + 1,
    });
  }
  for (const path of ['pipeline.yaml', 'cfg.json', 'tasks.py', 'plot.py']) {
    setTime(files, `ml/${path}`, madeAt - 100);
  }
  for (const path of ['data.csv', 'plot.ipynb', 'plot.txt']) {
    setTime(files, `ml/out/${path}`, madeAt);
  }
  return files;
}

/** The executed notebook; with `output` in its last cell. */
export function executed(output?: Readonly<Record<string, unknown>>): string {
  const code = (source: string, outputs: unknown[] = []): unknown => ({
    cell_type: 'code',
    source,
    metadata: {},
    execution_count: 1,
    outputs,
  });
  return JSON.stringify({
    cells: [
      { cell_type: 'markdown', source: '# Title', metadata: {} },
      code("upstream = ['make']\nproduct = None\ns = None"),
      code('# Parameters\ns = "hello"\n'),
      code('print(s)', output === undefined ? [] : [output]),
    ],
    metadata: {},
    nbformat: 4,
    nbformat_minor: 4,
  });
}

/** Writes the metadata of a product, at the time that it says. */
export function writeRecord(
  files: Files,
  product: string,
  {
    source,
    params,
    at,
  }: {
    readonly source: string;
    readonly params: unknown;
    readonly at: number;
  },
): void {
  const path = join(dirname(product), `.${basename(product)}.metadata`);
  files.write(
    path,
    JSON.stringify({ timestamp: at, stored_source_code: source, params }),
  );
  setTime(files, path, at);
}

/** Sets when a file was written. */
export function setTime(files: Files, path: string, seconds: number): void {
  utimesSync(join(files.root, path), seconds, seconds);
}

/** The pipeline of the project. */
export async function pipelineIn(files: Files): Promise<Pipeline> {
  const loaded = await loadPipeline(join(files.root, 'ml/pipeline.yaml'), {
    workspaceRoot: files.root,
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  return loaded.pipeline;
}
