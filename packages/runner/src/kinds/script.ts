/**
 * ScriptRunner: the code cells, the parameters among them, as one script in a process of its own. There is no executed
 * notebook; a failure points to the line of the source that the interpreter names.
 */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RunOutcome } from '@nx-notebook/engine';
import {
  inject,
  isTagged,
  type Location,
  type Notebook,
} from '@nx-notebook/notebook';
import type { ScriptSource } from '@nx-notebook/pipeline';
import { findFailurePlace } from '../failure-place.js';
import { runLowered } from '../lowered-run.js';
import type { RunContext } from '../run-context.js';

/** Runs the script. */
export async function runScript(
  context: RunContext,
  source: ScriptSource,
): Promise<RunOutcome> {
  const { notebook, language, absolutePath } = source;
  const injected = inject(notebook, context.request.injected);
  const script = joinCells(injected);
  const text = await readFile(absolutePath, 'utf8').catch(() => '');
  const outcome = await runLowered(context, {
    entry: 'script',
    subject: `Script ${source.path}`,
    payload: {
      name: source.path,
      file: absolutePath,
      language,
      code: script.code,
      pythonPath: dirname(absolutePath),
      // Line of the script -> line of the file; null for what was injected.
      lines: script.lines.map(
        (line) =>
          placeOf(line, { injected, path: absolutePath, text })?.line ?? null,
      ),
    },
  });
  return outcome.status === 'done'
    ? { status: 'succeeded', cells: [] }
    : { status: 'failed', failure: outcome.failure, cells: [] };
}

/** A line of a cell. */
interface CellLine {
  readonly index: number;
  readonly line: number;
}

/** The code cells with a blank line between them. */
function joinCells({ cells }: Notebook): {
  readonly code: string;
  readonly lines: readonly (CellLine | undefined)[];
} {
  const code = [...cells.entries()].filter(([, { type }]) => type === 'code');
  const lines = code.flatMap(([index, { source }], position) => [
    ...(position === 0 ? [] : [undefined]),
    ...source.split('\n').map((_, line) => ({ index, line: line + 1 })),
  ]);
  const sources = code.map(([, { source }]) => source);
  return { code: sources.join('\n\n'), lines };
}

function placeOf(
  line: CellLine | undefined,
  {
    injected,
    path,
    text,
  }: {
    readonly injected: Notebook;
    readonly path: string;
    readonly text: string;
  },
): Location | undefined {
  if (line === undefined) return undefined;
  const cell = injected.cells[line.index];
  if (cell === undefined || isTagged(cell, 'injected-parameters'))
    return undefined;
  return findFailurePlace({ path, text }, injected, line);
}
