/**
 * Reads Python cells: facts from the cache or the parser, assignments without the parser where that is safe. The parser
 * is opened at the first need only.
 */
import { hash } from 'node:crypto';
import {
  FACTS_VERSION,
  openParser,
  type Assignment,
  type FactsCache,
  type PythonFacts,
} from '@nx-notebook/python';
import type { Notebook } from '@nx-notebook/notebook';
import { readSimpleAssignments } from './simple-assignments.js';

/** Facts of the code cells of a Python notebook. */
export async function readFacts(
  notebook: Notebook,
  cache: FactsCache | undefined,
): Promise<PythonFacts> {
  const cells = notebook.cells
    .filter(({ type }) => type === 'code')
    .map(({ source }) => source);
  const digest = hash(
    'sha256',
    `cells ${FACTS_VERSION}\n${JSON.stringify(cells)}`,
  );
  const known = cache?.get(digest);
  if (known !== undefined) return known;
  const facts = (await openParser()).analyzeCells(cells);
  cache?.set(digest, facts);
  return facts;
}

/** The assignments at the top level of a Python cell. */
export async function readAssignments(
  cell: string,
): Promise<readonly Assignment[]> {
  return (
    readSimpleAssignments(cell) ?? (await openParser()).readAssignments(cell)
  );
}
