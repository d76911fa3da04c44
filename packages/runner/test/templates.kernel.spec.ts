/** A pipeline.yaml with SQL and shell tasks, loaded and executed as Ploomber users write it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { loadPipeline } from '@nx-notebook/pipeline';
import { Files } from './support/files.js';
import { KernelBench } from './support/kernel-bench.js';

jest.setTimeout(120_000);

let bench: KernelBench;

beforeAll(() => {
  bench = new KernelBench();
});

afterAll(async () => {
  await bench.dispose();
});

const project = {
  'pipeline.yaml': `
meta:
  source_loader: {path: sql}
  product_default_class: {SQLScript: SQLiteRelation}
clients:
  SQLScript: clients.get
  SQLDump: clients.get
  SQLiteRelation: clients.get
tasks:
  - source: raw.sql
    name: raw
    product: [raw, table]
    params: {rows: 3}
  - source: clean.sql
    name: clean
    product: [clean, view]
  - source: dump.sql
    name: dump
    product: out/clean.csv
    chunksize: null
  - source: count.sh
    name: count
    product: {count: out/count.txt, copy: out/copy.csv}
    params: {pattern: 'a[0-9]'}
  - source: read.py
    name: read
    product: out/read.ipynb
`,
  'clients.py': `
from ploomber.clients import SQLAlchemyClient

def get():
    return SQLAlchemyClient("sqlite:///data/my.db")
`,
  'sql/macros.sql': `{% macro row(n) %}SELECT {{n}} AS n, 'a{{n}}' AS name{% endmacro %}`,
  'sql/raw.sql': `
{% import 'macros.sql' as macros %}
DROP TABLE IF EXISTS {{product}};
CREATE TABLE {{product}} AS
{% for n in range(rows) %}{{macros.row(n)}}{% if not loop.last %} UNION ALL {% endif %}{% endfor %};
`,
  'sql/clean.sql': `
DROP VIEW IF EXISTS {{product.name}};
CREATE VIEW {{product}} AS SELECT * FROM {{upstream['raw']}} WHERE n > 0;
`,
  'sql/dump.sql': 'SELECT * FROM {{upstream.clean}} ORDER BY n',
  'sql/count.sh': `
set -e
file={{upstream['dump']}}
[[ -n $file ]] {# a comment #}
grep -c {{pattern}} $file > {{product['count']}}
cp $file {{product['copy']}}
`,
  'sql/read.py': `# %% tags=["parameters"]
upstream = ['raw', 'count']
product = None

# %%
print(upstream['raw'], open(upstream['count']['count']).read().strip())
`,
};

test('tasks of all kinds hand their products on', async () => {
  using files = new Files(project);
  const loaded = await loadPipeline(join(files.root, 'pipeline.yaml'), {
    workspaceRoot: files.root,
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  const { pipeline } = loaded;
  const printed = [];
  for (const index of pipeline.tasks.keys()) {
    const tasks = pipeline.tasks.slice(0, index + 1);
    const ran = await bench.run({ ...pipeline, tasks });
    expect(ran.failure).toBe('');
    printed.push(ran.printed);
  }
  expect(printed).toEqual(['', '', '', '', 'raw 2\n']);
  expect(readFileSync(join(files.root, 'out/copy.csv'), 'utf8')).toBe(
    '"n","name"\n"1","a1"\n"2","a2"\n',
  );
});
