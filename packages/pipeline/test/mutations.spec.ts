/**
 * Damaged documents: loading always answers, with diagnostics that point into existing lines. NX_NOTEBOOK_MUTATIONS
 * sets how many are tried; thousands were.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Diagnostic } from '@nx-notebook/notebook';
import { parseCases, script } from './case-file.js';
import { randomNumbers } from './random-numbers.js';
import { TestFolder } from './test-folder.js';

const folder = join(__dirname, 'cases');
const documents = readdirSync(folder).flatMap((name) =>
  parseCases(readFileSync(join(folder, name), 'utf8')).flatMap(({ files }) => [
    files.get('pipeline.yaml') ?? '',
  ]),
);

const pieces = [
  '{{x}}',
  '{',
  '}',
  '[',
  ']',
  ': ',
  '- ',
  '\n',
  '  ',
  '\t',
  '"',
  "'",
  '&a ',
  '*a',
  '<<: *a',
  '!!int ',
  '!x ',
  '|',
  '>',
  '#',
  '? ',
  '~',
  'null',
  '\0',
  '\u2028',
  '\ud800',
  '%YAML 1.1',
  '---',
  '...',
  '../',
  '\\',
  '/',
  '*',
  'upstream',
  'product: ',
  'params: ',
  '1e999',
  '.nan',
  '0x',
  'b"x"',
  '((((((((',
  '\u{1F600}',
  '\r',
  '__proto__: 1',
  'constructor: ',
  '999999999999999999999999',
];

const rounds = Number(process.env['NX_NOTEBOOK_MUTATIONS'] ?? 400);

describe('damaged pipelines', () => {
  it('are answered with a pipeline or with diagnostics', async () => {
    using test = new TestFolder({ 'a.py': script(), 'b.py': script(['a']) });
    const random = randomNumbers(2024);
    const pick = <T>(items: readonly T[]): T | undefined =>
      items[Math.floor(random() * items.length)];
    for (let round = 0; round < rounds; round += 1) {
      let text = pick(documents) ?? '';
      for (let count = 1 + Math.floor(random() * 4); count > 0; count -= 1) {
        const at = Math.floor(random() * (text.length + 1));
        const cut = Math.floor(random() * random() * 12);
        const piece = random() < 0.7 ? (pick(pieces) ?? '') : '';
        text = text.slice(0, at) + piece + text.slice(at + cut);
      }
      test.write({ 'pipeline.yaml': text });
      const result = await test.load();
      const found = result.ok ? result.pipeline.warnings : result.diagnostics;
      expect([text, result.ok || found.length > 0]).toEqual([text, true]);
      expect([text, found.filter((one) => !isSound(one))]).toEqual([text, []]);
    }
  }, 120_000);

  it.each([
    ['[', '['.repeat(20_000)],
    ['{a: ', '{a: '.repeat(20_000)],
    ['- ', '- '.repeat(20_000)],
    ['? ', '? '.repeat(5000)],
    ['indentation', nested(2000)],
    ['text', "tasks: '" + '['.repeat(20_000) + "'"],
    [
      'brackets in text',
      "tasks: '" + '[1,'.repeat(5000) + ']'.repeat(5000) + "'",
    ],
  ])('nested by %s thousands of times are refused', async (_name, text) => {
    using test = new TestFolder({ 'pipeline.yaml': text });
    expect(await test.load()).toMatchObject({ ok: false });
  });

  it('of many megabytes are refused', async () => {
    using test = new TestFolder({ 'pipeline.yaml': '#'.repeat(5_000_000) });
    expect(await test.load()).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'file-too-large' }],
    });
  });

  it('with a chain of thousands of tasks in a circle are answered', async () => {
    const count = 1000;
    const tasks = Array.from(
      { length: count },
      (_, index) =>
        `  - {source: a.py, name: t${index}, product: ${index}.ipynb, upstream: t${(index + 1) % count}}`,
    );
    using test = new TestFolder({
      'a.py': script(),
      'pipeline.yaml': [
        'meta: {extract_upstream: false}',
        'tasks:',
        ...tasks,
      ].join('\n'),
    });
    expect(await test.load()).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'cycle' }],
    });
  });
});

function nested(depth: number): string {
  return Array.from(
    { length: depth },
    (_, index) => `${' '.repeat(index)}a:`,
  ).join('\n');
}

/** A sentence and a place that exists. */
function isSound({ message, location }: Diagnostic): boolean {
  if (!/[.!?]$/.test(message)) return false;
  if (location === undefined) return true;
  const { line, column, length, lineText } = location;
  return (
    line >= 1 && column >= 1 && length >= 1 && column <= lineText.length + 1
  );
}
