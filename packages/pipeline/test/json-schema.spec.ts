/** The schemas for editors: current in the package that publishes them, and true to the loader. */
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, test } from '@jest/globals';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { envSchema, loadPipeline, pipelineSchema } from '../src/index.js';
import { parseCases, writeFiles } from './case-file.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'nx-notebook-schema-')));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const folder = join(__dirname, 'cases');
const cases = readdirSync(folder).flatMap((name) =>
  parseCases(readFileSync(join(folder, name), 'utf8')),
);

function read(text: string): unknown {
  return parse(text, {
    version: '1.1',
    merge: true,
    uniqueKeys: false,
    logLevel: 'silent',
  }) as unknown;
}

const ajv = new Ajv({ allErrors: true, schemaId: 'auto' });
const validators = {
  pipeline: ajv.compile(pipelineSchema()),
  env: ajv.compile(envSchema()),
};

/** What is wrong with a text by its schema; nothing when it is valid. */
function errorsOf(of: keyof typeof validators, text: string): unknown {
  const validate = validators[of];
  return validate(read(text)) === true ? [] : ajv.errorsText(validate.errors);
}

test.each([
  ['pipeline.schema.json', pipelineSchema],
  ['env.schema.json', envSchema],
])('%s is published as it is generated', (name, make) => {
  const file = join(__dirname, '../../nx-notebook/schemas', name);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(make());
});

describe('what loads is valid', () => {
  const described = cases.filter(
    ({ files, options }) =>
      files.has('pipeline.yaml') && Object.keys(options).length === 0,
  );
  it.each(described.map((one) => [one.title, one] as const))(
    '%s',
    async (_title, one) => {
      const workspace = join(root, String(described.indexOf(one)));
      writeFiles(join(workspace, 'p'), one.files);
      const { ok } = await loadPipeline(join(workspace, 'p/pipeline.yaml'), {
        workspaceRoot: workspace,
      });
      const text = one.files.get('pipeline.yaml') ?? '';
      expect(ok ? errorsOf('pipeline', text) : []).toEqual([]);
      const env = one.files.get('env.yaml');
      expect(ok && env !== undefined ? errorsOf('env', env) : []).toEqual([]);
    },
  );
});

test.each([
  ['a misspelt key of a task', 'tasks:\n  - {source: a.py, prodct: b.ipynb}'],
  ['a misspelt top-level key', 'task: []'],
  ['a task without a source', 'tasks:\n  - {product: b.ipynb}'],
  ['an unknown class', 'tasks:\n  - {source: a.py, class: NotebokRunner}'],
  ['an option of the wrong type', 'meta: {extract_upstream: 3}\ntasks: []'],
  ['a factory', 'location: module.make'],
])('%s is not valid', (_what, text) => {
  expect(errorsOf('pipeline', text)).not.toEqual([]);
});

test.each([
  ['a name with two underscores', 'a__b: 1'],
  ['a name with an underscore in front', '_a: 1'],
  ['a list', '[1]'],
])('%s is no env.yaml', (_what, text) => {
  expect(errorsOf('env', text)).not.toEqual([]);
});
