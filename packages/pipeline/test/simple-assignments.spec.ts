/**
 * The reader of plain parameters cells says what the parser says, or nothing.
 */
import { describe, expect, it } from '@jest/globals';
import { openParser } from '@nx-notebook/python';
import { readSimpleAssignments } from '../src/source/simple-assignments.js';
import { randomNumbers } from './random-numbers.js';

const readable = [
  '',
  '\n\n# a comment\n   # another one\n',
  'upstream = None',
  'upstream=None\nproduct   =   None',
  'upstream = ["a", \'b\']  # two',
  'upstream = [\n    "a",\n    "b",  # last\n]\nproduct = None',
  'upstream = {"a": 1}\nn: int = 5\nm : float = 1e-3',
  'text = """\nupstream = ["zz"]\n"""\nupstream = ("a",)',
  "text = 'it''s'\nother = ('a'\n 'b')",
  'n = -1\nm = 1_000\nx = 0x1F\ny = True',
  'a = 1, 2',
];

const leftToTheParser = [
  'upstream = ["a"]; n = 1',
  'upstream += ["a"]',
  'a = b = None',
  'a, b = 1, 2',
  'n = 1 + 1',
  'n = len("a")',
  'if True:\n    n = 1',
  '    n = 1',
  '"""docstring"""\nn = 1',
  'import os\nn = 1',
  '%matplotlib inline\nn = 1',
  'n = !ls',
  'n == 1',
  'n = [1,\n',
  'n =',
  'n: int',
  'x.y = 1',
  'x[0] = 1',
  'n = f"{m}"',
  'n = 1 if m else 2',
  'lambda x: x',
  'del n',
];

describe('plain parameters cells', () => {
  it.each(readable)('%j is read as the parser reads it', async (cell) => {
    const parser = await openParser();
    const simple = readSimpleAssignments(cell)?.map(valueOf);
    expect(simple).toEqual(parser.readAssignments(cell).map(valueOf));
  });

  it.each(leftToTheParser)('%j is left to the parser', (cell) => {
    expect(readSimpleAssignments(cell)).toBeUndefined();
  });

  it('agrees with the parser on cells made of random lines', async () => {
    const parser = await openParser();
    const lines = [...readable, ...leftToTheParser].flatMap((cell) =>
      cell.split('\n'),
    );
    const random = randomNumbers(7);
    let read = 0;
    for (let round = 0; round < 3000; round += 1) {
      const count = 1 + Math.floor(random() * 4);
      const cell = Array.from(
        { length: count },
        () => lines[Math.floor(random() * lines.length)] ?? '',
      ).join('\n');
      const simple = readSimpleAssignments(cell);
      if (simple === undefined) continue;
      read += 1;
      expect([cell, simple.map(valueOf)]).toEqual([
        cell,
        parser.readAssignments(cell).map(valueOf),
      ]);
    }
    expect(read).toBeGreaterThan(100);
  });
});

function valueOf({
  name,
  value,
  position,
}: ReturnType<
  Awaited<ReturnType<typeof openParser>>['readAssignments']
>[number]): unknown {
  return { name, value, line: position.line, column: position.column };
}
