/**
 * Small pipelines for the end-to-end tests. Every task appends its name to `runs.log` in the pipeline's folder, which
 * is not a product, so that executions can be counted from outside.
 */
import { TestWorkspace } from '@nx-notebook/testing';
import { installation } from '../../tools/scripts/pack/installation.mjs';
import { venvPython } from '../../tools/scripts/setup/venv.mjs';
import type { NxVersion } from './global-setup';

/** One task; its source is a percent script named after it. */
export interface TaskSketch {
  readonly name: string;
  /** As it stands in the parameters cell. */
  readonly upstream?: readonly string[];
  /** Code cells after the one that counts. */
  readonly cells: readonly string[];
  /** File name of the source; `<name>.py` by default. */
  readonly source?: string;
  /** Products by key; `nb` and `data` in `out/` by default. */
  readonly product?: Readonly<Record<string, string>>;
  /** Lines of YAML below the task, for example `params: {n: 1}`. */
  readonly yaml?: readonly string[];
}

/** The files of a pipeline in a folder. */
export function pipeline(
  folder: string,
  tasks: readonly TaskSketch[],
): Readonly<Record<string, string>> {
  const files = tasks.map((task) => [
    `${folder}/${sourceOf(task)}`,
    script(task),
  ]);
  return {
    [`${folder}/pipeline.yaml`]: `tasks:\n${tasks.map(entry).join('')}`,
    ...(Object.fromEntries(files) as Record<string, string>),
  };
}

/** The source of a task. */
export function script({ name, upstream, cells }: TaskSketch): string {
  const parameters = `upstream = ${upstream === undefined ? 'None' : JSON.stringify(upstream)}\nproduct = None`;
  const count = `with open("runs.log", "a") as log:\n    log.write("${name}\\n")`;
  return [
    `# %% tags=["parameters"]\n${parameters}\n`,
    ...[count, ...cells].map((cell) => `# %%\n${cell}\n`),
  ].join('\n');
}

function sourceOf({ name, source }: TaskSketch): string {
  return source ?? `${name}.py`;
}

function entry(task: TaskSketch): string {
  const product = task.product ?? {
    nb: `out/${task.name}.ipynb`,
    data: `out/${task.name}.txt`,
  };
  const products = Object.entries(product).map(
    ([key, path]) => `      ${key}: "${path}"\n`,
  );
  return [
    `  - source: "${sourceOf(task)}"\n    name: ${task.name}\n    product:\n`,
    ...products,
    ...(task.yaml ?? []).map((line) => `    ${line}\n`),
  ].join('');
}

/** A cell that writes a text to the product `data`. */
export function writes(expression: string): string {
  return `with open(product["data"], "w") as file:\n    file.write(${expression})`;
}

/** An expression that reads the product `data` of an upstream. */
export function reads(task: string): string {
  return `open(upstream["${task}"]["data"]).read()`;
}

/** `a` -> `b` -> `c`: `b` appends its param, `c` imports `lib.py`. */
export const chain: Readonly<Record<string, string>> = {
  ...pipeline('ml', [
    { name: 'a', cells: [writes('"one\\n"')] },
    {
      name: 'b',
      upstream: ['a'],
      cells: [writes(`${reads('a')} + f"{n}\\n"`)],
      yaml: ['params: {n: 1}'],
    },
    {
      name: 'c',
      upstream: ['b'],
      cells: ['from lib import shout', writes(`shout(${reads('b')})`)],
    },
  ]),
  'ml/lib.py': 'def shout(text):\n    return text.upper()\n',
};

/** How a workspace of these tests may differ. */
export interface WorkspaceSketch {
  readonly nx?: NxVersion;
  readonly daemon?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** A workspace with these files, with the newest Nx and without its daemon unless asked otherwise. */
export function makeWorkspace(
  files: Readonly<Record<string, string>>,
  { nx = '24.0.0', daemon = false, env = {} }: WorkspaceSketch = {},
): Promise<TestWorkspace> {
  return TestWorkspace.create({
    installation: installation(nx),
    python: venvPython,
    daemon,
    env,
    files,
  });
}
