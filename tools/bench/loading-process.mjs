/**
 * One measurement of the graph step in a process of its own, as Nx has it: `node loading-process.mjs WORKSPACE ours|yaml`.
 * Prints the milliseconds, without the time that the modules take to load.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [root = '', contestant = ''] = process.argv.slice(2);
const files = readdirSync(root)
  .map((folder) => `${folder}/pipeline.yaml`)
  .filter((file) => /^p\d+\//.test(file));
const require = createRequire(join(root, 'package.json'));
const ms = contestant === 'yaml' ? plainParse() : await infer();
process.stdout.write(`${JSON.stringify({ files: files.length, ms })}\n`);

/** What everybody who looks into the files has to do. */
function plainParse() {
  /** @type {unknown} */
  const module = require('yaml');
  const { parse } = /** @type {{ parse: (text: string) => unknown }} */ (
    module
  );
  const started = performance.now();
  for (const file of files) parse(readFileSync(join(root, file), 'utf8'));
  return performance.now() - started;
}

async function infer() {
  /** @type {unknown} */
  const module = require('nx-notebook');
  const plugin = /** @type {typeof import('nx-notebook')} */ (module);
  const [, createNodes] = plugin.createNodes;
  const started = performance.now();
  await createNodes(files, undefined, {
    workspaceRoot: root,
    nxJsonConfiguration: {},
  });
  return performance.now() - started;
}
