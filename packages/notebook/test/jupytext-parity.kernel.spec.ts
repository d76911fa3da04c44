/** The expectations of read-text.spec.ts are what the installed jupytext reads. */
import { expect, test } from '@jest/globals';
import { expectedCells, textFolder, type PlainCell } from './fixture-files.js';
import { runPython } from './python.js';

/** Metadata that only serves writing the text again. */
const layoutKeys = new Set([
  'cell_marker',
  'comment_questions',
  'lines_to_end_of_cell_marker',
  'lines_to_next_cell',
  'region_name',
]);

test('jupytext reads the expected cells from every file', () => {
  const read = runPython('jupytext_cells.py', {
    args: [textFolder],
  }) as Record<string, PlainCell[]>;
  const cells = Object.fromEntries(
    Object.entries(read).map(([name, list]) => [
      name,
      list.map(([type, source, metadata]) => [
        type,
        source,
        Object.fromEntries(
          Object.entries(metadata).filter(([key]) => !layoutKeys.has(key)),
        ),
      ]),
    ]),
  );
  expect(cells).toEqual(expectedCells);
}, 60_000);
