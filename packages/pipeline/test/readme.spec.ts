/**
 * The tables of the README are those of the source.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { KeyTable } from '../src/spec/key-rule.js';
import {
  configKeys,
  metaKeys,
  pipelineKeys,
  sourceLoaderKeys,
} from '../src/spec/keys.js';
import { classKeys, taskKeys } from '../src/spec/task-keys.js';

const readme = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');
const tables: readonly (readonly [string, KeyTable])[] = [
  ['At the top', pipelineKeys],
  ['Below `meta`', metaKeys],
  ['Below `meta.source_loader`', sourceLoaderKeys],
  ['Below `config`', configKeys],
  ['In every task', taskKeys],
  ...Object.entries(classKeys).map(
    ([name, table]) => [`In a task of ${name}`, table] as const,
  ),
];

it.each(tables)('the table "%s" is complete', (title, table) => {
  expect(tableBelow(title)).toEqual(
    Object.entries(table).map(([name, { support, meaning }]) => [
      `\`${name}\``,
      { supported: 'yes', ignored: 'ignored', refused: 'no' }[support],
      meaning,
    ]),
  );
});

/** The rows of the first table below a heading, without its head. */
function tableBelow(title: string): readonly (readonly string[])[] {
  const [, section = ''] = readme.split(`### ${title}\n`);
  const [lines = ''] = section.trim().split('\n\n');
  return lines
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
