/**
 * The tables of the README are those of the source.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import {
  metaKeys,
  pipelineKeys,
  taskKeys,
  type KeyTable,
} from '../src/spec/keys.js';

const readme = readFileSync(join(__dirname, '..', 'README.md'), 'utf8');
const tables: readonly (readonly [string, KeyTable])[] = [
  ['At the top', pipelineKeys],
  ['Below `meta`', metaKeys],
  ['In a task', taskKeys],
];

it.each(tables)('the table "%s" is complete', (title, table) => {
  expect(tableBelow(title)).toEqual(
    Object.entries(table).map(([name, { support, meaning }]) => [
      `\`${name}\``,
      support === 'supported' ? 'yes' : 'not yet',
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
