/**
 * The identity of a notebook's source: what its cells say, not how they are written down. Equal for a script and the
 * notebook that it was converted to.
 *
 * Part of it: order, type and source of every cell (empty ones too: they appear in the executed notebook), and the
 * tags that steer execution. Not part of it: ids, outputs, counts, other metadata, the file format, line ending style,
 * line breaks at the end of a cell (text notebooks cannot hold them), and injected cells, which no user wrote.
 */
import { createHash } from 'node:crypto';
import type { Cell, Notebook } from './notebook.js';
import { isTagged } from './parameters.js';

/** Bumped when the digest of an unchanged notebook changes. 1: first version. */
const version = 1;

const steeringTags = ['parameters', 'raises-exception', 'skip-execution'];

/** Lower-case hexadecimal sha256 of the canonical form of the cells. */
export function cellsDigest(notebook: Notebook): string {
  const cells = notebook.cells
    .filter((cell) => !isTagged(cell, 'injected-parameters'))
    .map((cell) => [
      cell.type,
      canonicalSource(cell),
      steeringTags.filter((tag) => isTagged(cell, tag)),
    ]);
  return createHash('sha256')
    .update(JSON.stringify([version, cells]))
    .digest('hex');
}

/**
 * A cell magic may write its body to a file, where a line break more is a difference, so its cell is taken to the
 * letter. For other code neither kind nor number of line breaks at the end changes what happens.
 */
function canonicalSource(cell: Cell): string {
  return cell.type === 'code' && /^\s*%%/.test(cell.source)
    ? cell.source
    : cell.source.replace(/\r\n?/g, '\n').replace(/\n+$/, '');
}
