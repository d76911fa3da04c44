/**
 * `nx g nx-notebook:init`, which `nx add nx-notebook` runs: registers the plugin, ignores its folder in git, looks for
 * Python, and says what it did and what to do next. Running it again changes nothing.
 */
import { join } from 'node:path';
import { logger, readNxJson, updateNxJson, type Tree } from '@nx/devkit';
import { describePython } from './describe-python.js';
import { addEditorSchemas } from './editor-schemas.js';
import { addIgnored } from './ignored.js';

/** The plugin, as nx.json names it. */
const plugin = 'nx-notebook';

/** What git should not see: run records, and notebooks of failed runs, which lie beside products. */
const ignored = ['.nx/notebook', '*.failed.ipynb'] as const;

/** Sets up a workspace. What has to be done by hand is printed, never an error: a half-prepared machine is normal here. */
export async function init(tree: Tree): Promise<void> {
  const done = [
    registerPlugin(tree),
    addIgnored(tree, ignored),
    addEditorSchemas(tree),
  ];
  const python = await describePython({
    workspaceRoot: tree.root,
    env: process.env,
  });
  const lines = [
    ...done.map((line) => `- ${line}`),
    ...python.lines.map((line) => `- ${line}`),
    '',
    `Next: ${python.next ?? nextCommand(tree)}`,
  ];
  logger.info(lines.join('\n'));
}

function registerPlugin(tree: Tree): string {
  const nxJson = readNxJson(tree) ?? {};
  const plugins = nxJson.plugins ?? [];
  const isThere = plugins.some(
    (entry) => (typeof entry === 'string' ? entry : entry.plugin) === plugin,
  );
  if (isThere) return 'nx.json: nx-notebook is registered already';
  updateNxJson(tree, {
    ...nxJson,
    plugins: [...plugins, { plugin, options: {} }],
  });
  return 'nx.json: registered nx-notebook';
}

function nextCommand(tree: Tree): string {
  return tree.exists('pipeline.yaml') || hasPipeline(tree, '.', 3)
    ? 'npx nx run-many -t execute'
    : 'write a pipeline.yaml, then run: npx nx run-many -t execute';
}

/** Looks a few folders deep; the answer only chooses between two sentences. */
function hasPipeline(tree: Tree, folder: string, depth: number): boolean {
  return tree.children(folder).some((name) => {
    if (name === 'pipeline.yaml') return true;
    if (depth === 0 || name.startsWith('.') || name === 'node_modules') {
      return false;
    }
    const path = join(folder, name);
    return !tree.isFile(path) && hasPipeline(tree, path, depth - 1);
  });
}
