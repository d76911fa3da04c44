// Writes the JSON schemas of pipeline.yaml and env.yaml, which editors use, from the tables that loading checks with.
// Needs the built packages: `npm run build`.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** @typedef {() => Readonly<Record<string, unknown>>} MakeSchema */

/** @type {unknown} */
const pipeline = createRequire(import.meta.url)('@nx-notebook/pipeline');
const { pipelineSchema, envSchema } =
  /** @type {{pipelineSchema: MakeSchema, envSchema: MakeSchema}} */ (pipeline);

const folder = new URL('../../packages/nx-notebook/schemas/', import.meta.url);
const schemas = {
  'pipeline.schema.json': pipelineSchema(),
  'env.schema.json': envSchema(),
};
for (const [name, schema] of Object.entries(schemas)) {
  const file = new URL(name, folder);
  writeFileSync(file, `${JSON.stringify(schema, undefined, 2)}\n`);
  process.stdout.write(`${fileURLToPath(file)}\n`);
}
