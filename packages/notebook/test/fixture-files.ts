/**
 * The corpus of text notebooks, one small file per behaviour. `expected-cells.json` holds their cells as jupytext
 * reads them: jupytext-parity.kernel.spec.ts keeps it true, read-text.spec.ts holds our reader to it without Python.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isLosslessNumber } from 'lossless-json';
import type { Cell } from '../src/index.js';

/** `[type, source, metadata]`. */
export type PlainCell = [string, string, Record<string, unknown>];

const fixtures = join(__dirname, 'fixtures');

/** Folder of the corpus. */
export const textFolder = join(fixtures, 'text');

/** Names of all files of the corpus. */
export const textNames: readonly string[] = readdirSync(textFolder).sort();

/** The cells that jupytext reads from each file. */
export const expectedCells = JSON.parse(
  readFileSync(join(fixtures, 'expected-cells.json'), 'utf8'),
) as Readonly<Record<string, PlainCell[]>>;

/** Text of a file of the corpus. */
export function readFixture(name: string): string {
  return readFileSync(join(textFolder, name), 'utf8');
}

/** Cells in a form that JSON can hold. */
export function plainCells(cells: readonly Cell[]): PlainCell[] {
  return cells.map((cell) => [
    cell.type,
    cell.source,
    JSON.parse(
      JSON.stringify(cell.metadata, (_key, value: unknown) =>
        isLosslessNumber(value) ? Number(value.value) : value,
      ),
    ) as Record<string, unknown>,
  ]);
}
