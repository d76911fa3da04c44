/**
 * Damages documents: some mutations know the grammar (keys, values, indentation, placeholders), some know nothing. What
 * comes out depends on the random numbers alone.
 */

/** Changes a text of the given kind in one to four places. */
export type Mutate = (text: string, path: string) => string;

/** Makes mutations that draw on each other's lines. */
export function mutator(
  random: () => number,
  donors: readonly string[],
): Mutate {
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = (items: readonly string[]): string =>
    items[below(items.length)] ?? '';
  const donorLines = donors.flatMap((text) => text.split('\n'));

  const pieces: Mutation = (text) => {
    const at = below(text.length + 1);
    const cut = Math.floor(random() * random() * 12);
    const piece = random() < 0.7 ? pick(anyPieces) : '';
    return text.slice(0, at) + piece + text.slice(at + cut);
  };

  const lines: Mutation = (text) => {
    const all = text.split('\n');
    const at = below(all.length);
    const line = all[at] ?? '';
    switch (below(5)) {
      case 0:
        all.splice(at, 1);
        break;
      case 1:
        all.splice(at, 0, line);
        break;
      case 2:
        all.splice(at, 1, pick(donorLines));
        break;
      case 3:
        all.splice(at, 0, pick(donorLines));
        break;
      default:
        all[at] = random() < 0.5 ? `  ${line}` : line.replace(/^ {2}/, '');
    }
    return all.join('\n');
  };

  const values: Mutation = (text) => {
    const found = [...text.matchAll(/: *([^\n:{}[\]]+)/g)];
    const one = found[below(found.length)];
    if (one === undefined) return pieces(text);
    const start = one.index + one[0].length - (one[1] ?? '').length;
    return (
      text.slice(0, start) +
      pick(anyValues) +
      text.slice(one.index + one[0].length)
    );
  };

  const keys: Mutation = (text) => {
    const found = [...text.matchAll(/([\w-]+):/g)];
    const one = found[below(found.length)];
    if (one === undefined) return pieces(text);
    const end = one.index + (one[1] ?? '').length;
    if (random() < 0.5)
      return text.slice(0, one.index) + pick(anyKeys) + text.slice(end);
    const indent = /[^\n]*$/.exec(text.slice(0, one.index))?.[0] ?? '';
    const blank = indent.replaceAll(/\S/g, ' ');
    return `${text.slice(0, one.index)}${pick(anyKeys)}: ${pick(anyValues)}\n${blank}${text.slice(one.index)}`;
  };

  const codes: Mutation = (text) => {
    const all = text.split('\n');
    all.splice(below(all.length + 1), 0, pick(anyCode));
    return all.join('\n');
  };

  return (text, path) => {
    const isYaml = path.endsWith('.yaml');
    const choices = isYaml
      ? [pieces, lines, values, values, keys, keys]
      : [pieces, pieces, lines, codes];
    let mutated = text;
    for (let count = 1 + below(4); count > 0; count -= 1)
      mutated = (choices[below(choices.length)] ?? pieces)(mutated);
    return mutated;
  };
}

type Mutation = (text: string) => string;

const anyPieces = [
  ...['{{x}}', '{', '}', '[', ']', ': ', '- ', '\n', '  ', '\t', '"', "'"],
  ...['&a ', '*a', '<<: *a', '!!int ', '!x ', '|', '>', '#', '? ', '~'],
  ...['null', '\0', '\u2028', '\ud800', '%YAML 1.1', '---', '...', '../'],
  ...['\\', '/', '*', 'upstream', 'product: ', 'params: ', '1e999', '.nan'],
  ...['0x', 'b"x"', '((((((((', '\u{1F600}', '\r', '__proto__: 1'],
  ...['constructor: ', '999999999999999999999999', '{%', '%}', '{#', '[['],
  ...[']]', '{{', '}}', '::', '.', '%%', '# %%', '```', '"""', '\ufeff'],
];

const anyKeys = [
  ...['meta', 'tasks', 'source', 'product', 'name', 'class', 'params'],
  ...['upstream', 'grid', 'config', 'clients', 'serializer', 'unserializer'],
  ...['executor', 'on_finish', 'on_render', 'on_failure', 'location'],
  ...['extract_upstream', 'extract_product', 'product_relative_to_source'],
  ...['product_default_class', 'source_loader', 'import_tasks_from'],
  ...['client', 'product_client', 'product_class', 'nb_product_key'],
  ...['nbconvert_exporter_name', 'nbconvert_export_kwargs', 'resources_'],
  ...['executor_params', 'kernelspec_name', 'static_analysis', 'chunksize'],
  ...['local_execution', 'papermill_params', 'timeout', 'import_from', 'path'],
  ...['_module', 'env', 'nb', '__proto__', 'dotted_path', 'a__b', '5', '~'],
];

const anyValues = [
  ...['null', 'true', 'yes', '-1', '1.5', '[]', '{}', "''", '[a, b]', '{a: 1}'],
  ...["'*'", "'[[x]]'", "'{{now}}'", "'{{git}}'", "'{{env.HOME}}'", "'{{x}}'"],
  ...["'{{here}}/x'", "'{{root}}'", "'{{a.b.c}}'", "'{{ x | upper }}'"],
  ...["'{{ [1] * 99999999 }}'", "'{{ range(1000000000) | list }}'"],
  ...["'{{ ''.__class__.__mro__ }}'", "'{% for a in b %}x{% endfor %}'"],
  ...['a.py', 'a.sql', 'a.sh', 'a.R', 'a.md', 'b.ipynb', 'tasks.make', 'x::y'],
  ...[
    'os::system',
    'os.system',
    '../../trap.py',
    '/trap.py',
    '../../trap.yaml',
  ],
  ...["'../../*'", '../..', '/', '.', '..', '~', '/dev/zero', '/proc/self/mem'],
  ...['NotebookRunner', 'ScriptRunner', 'PythonCallable', 'ShellScript'],
  ...['SQLScript', 'SQLDump', 'File', 'SQLiteRelation', 'parallel', 'strict'],
  ...["'[1, 2'", '"(1, 2)"', '"{1: {2: [3]}}"', "'9'", '&a [*a]', '*a', '|'],
  ...['[name, table]', '[schema, name, view]', '0777', '1e3', '2020-01-01'],
];

const anyCode = [
  'upstream = ["a", "b"]',
  'upstream = ["*"]',
  'upstream = {"a": 1, **b}',
  'upstream: list = ["a"]',
  'upstream = f"{x}"',
  'product = {"nb": "../../trap.ipynb"}',
  'product = None',
  'x = !ls; upstream = ["b"]',
  '%%bash',
  '%load_ext autoreload',
  'def f(product, upstream):',
  '    upstream["a"]["b"]',
  'from .. import trap',
  'from ....... import trap',
  'import trap, os.path as p',
  'exec("import trap")',
  '# %% tags=["parameters", "injected-parameters"]',
  '# + tags=["parameters"]',
  '"""',
  "'",
  '(((((((((((((((((',
  '\tif x:',
  '{{upstream["a"]}} {{product}}',
  '{% include "../../trap.py" %}',
  '{% import "trap.sql" as t %}',
  '{% set product = SQLiteRelation(["a", "table"]) %}',
  '{{ upstream[x] }}',
  'upstream <- list("a")',
  '```{python tags=["parameters"]}',
  '{"cells": [{"cell_type": "code"}]}',
  '"metadata": {"tags": ["parameters"]},',
];
