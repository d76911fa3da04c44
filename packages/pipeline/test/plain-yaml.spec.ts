/**
 * What is read without the library is read as the library reads it: the documents of all cases, whole and damaged.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Problems } from '../src/problems.js';
import { TextFile } from '../src/text-file.js';
import { readPlainYaml } from '../src/yaml/read-plain-yaml.js';
import { readAnyYaml } from '../src/yaml/read-yaml.js';
import { parseCases } from './case-file.js';
import { mutator } from './mutate.js';
import { randomNumbers } from './random-numbers.js';

const folder = join(__dirname, 'cases');
const written = readdirSync(folder)
  .flatMap((name) => parseCases(readFileSync(join(folder, name), 'utf8')))
  .flatMap(({ files }) => [...files])
  .flatMap(([name, text]) => (name.endsWith('.yaml') ? [text] : []));
const rounds = Number(process.env['NX_NOTEBOOK_MUTATIONS'] ?? 10_000);

/** Nodes with lines and columns in place of offsets. */
function shown(file: TextFile, node: unknown): string {
  return JSON.stringify(node, (key, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (key !== 'range' && key !== 'keyRange') return value;
    const { line, column, length } = file.locate(
      value as { start: number; end: number },
    );
    return `${line}:${column} ${length}`;
  });
}

function compare(text: string): 'equal' | 'left' {
  const plain = readPlainYaml(text);
  if (plain === undefined) return 'left';
  const file = new TextFile('/pipeline.yaml', text);
  const problems = new Problems(file.path);
  const any = readAnyYaml(file, problems);
  const actual = [text, shown(file, plain), []];
  expect(actual).toEqual([text, shown(file, any), problems.sorted]);
  return 'equal';
}

describe('reading without the library', () => {
  it('reads most documents, and all of them alike', () => {
    const outcomes = written.map(compare);
    const equal = outcomes.filter((outcome) => outcome === 'equal');
    expect(equal.length).toBeGreaterThan(outcomes.length * 0.7);
  });

  it(`reads ${rounds} damaged documents alike or leaves them`, () => {
    const mutate = mutator(randomNumbers(11), written);
    const counts = { equal: 0, left: 0 };
    for (let round = 0; round < rounds; round++) {
      const text = written[round % written.length] ?? '';
      counts[compare(mutate(text, 'pipeline.yaml'))] += 1;
    }
    expect(counts.equal).toBeGreaterThan(0);
    expect(counts.left).toBeGreaterThan(0);
  }, 120_000);
});
