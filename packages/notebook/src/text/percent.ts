/**
 * Percent scripts (`# %%`), as Spyder, VS Code and Hydrogen write them. Knows where cells begin and end.
 */
import type { CellType } from '../notebook.js';
import { isActive } from './active.js';
import { uncomment } from './magics.js';
import {
  readScriptOptions,
  scriptSource,
  type ScriptOptions,
} from './script-cell.js';
import { StringTracker } from './string-tracker.js';
import { isBlank, type TextCell, type TextDocument } from './text-document.js';

const marker = /^\s*#\s*%%(?:%*)\s.*$/;
const plainMarker = /^\s*#\s*(?:%%|<codecell>|In\[[0-9 ]*\]:?)\s*$/;

/** The cells of a percent or hydrogen script. */
export function readPercentCells(document: TextDocument): TextCell[] {
  const cells: TextCell[] = [];
  let start = document.start;
  while (start < document.lines.length) {
    const { cell, next } = readCell(document, start);
    cells.push(cell);
    start = next;
  }
  return cells;
}

function isMarker(line: string): boolean {
  return marker.test(line) || plainMarker.test(line);
}

function readCell(
  document: TextDocument,
  start: number,
): { cell: TextCell; next: number } {
  const first = document.lines[start] ?? '';
  const options: ScriptOptions = marker.test(first)
    ? readScriptOptions(document, first.slice(first.indexOf('%%') + 2), start)
    : { metadata: {} };
  const { metadata, language } = options;
  const isInactive = options.type === undefined && !isActive('ipynb', metadata);
  const type: CellType = options.type ?? (isInactive ? 'raw' : 'code');
  if (isInactive && metadata['active'] === '') {
    Reflect.deleteProperty(metadata, 'active');
  }
  const isRawCode = isInactive && isActive(document.extension, metadata);
  const next = findNextMarker(document, start, {
    isText: type !== 'code',
    isCommented: !isRawCode,
    language: language ?? document.language,
  });
  const bodyStart = isMarker(first) ? start + 1 : start;
  const body = document.lines.slice(
    bodyStart,
    Math.max(bodyStart, endBefore(document.lines, start, next)),
  );
  const source = scriptSource(document, {
    type,
    metadata,
    lines: body,
    start: bodyStart,
    isExplicit: true,
    isRawCode,
    ...(language !== undefined && { language }),
  });
  return {
    cell: {
      type,
      source: source.join('\n'),
      metadata,
      start: bodyStart,
      ...(language !== undefined && { language }),
    },
    next,
  };
}

/** One or exactly two blank lines before a marker belong to the layout; of more than two, only the last. */
function endBefore(
  lines: readonly string[],
  start: number,
  next: number,
): number {
  const hasTwo =
    next - start >= 3 &&
    isBlank(lines[next - 1]) &&
    isBlank(lines[next - 2]) &&
    !isBlank(lines[next - 3]);
  if (hasTwo) {
    return next - 2;
  }
  return next > start && lines[next - 1] === '' ? next - 1 : next;
}

interface Scope {
  readonly isText: boolean;
  readonly isCommented: boolean;
  readonly language: string;
}

/** The next marker outside of strings and, in text cells, outside of fenced blocks. */
function findNextMarker(
  document: TextDocument,
  start: number,
  scope: Scope,
): number {
  const { lines } = document;
  const strings = new StringTracker(scope.language);
  const plain = (index: number): string => {
    const line = lines[index] ?? '';
    return scope.isCommented ? (uncomment([line])[0] ?? '') : line;
  };
  let fence: string | undefined;
  for (let index = start; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const isQuoted = strings.isQuoted;
    strings.readLine(line);
    if (isQuoted) {
      continue;
    }
    if (scope.isText) {
      if (fence !== undefined) {
        fence = closesFence(plain(index), fence) ? undefined : fence;
        continue;
      }
      fence = closedFence(plain, index, lines.length);
      if (fence !== undefined) {
        continue;
      }
    }
    if (index > start && isMarker(line)) {
      return index;
    }
  }
  return lines.length;
}

/** The fence that a line opens, if a later line closes it. */
function closedFence(
  plain: (index: number) => string,
  index: number,
  end: number,
): string | undefined {
  const [, fence, info = ''] =
    /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(plain(index)) ?? [];
  if (fence === undefined || (fence.startsWith('`') && info.includes('`'))) {
    return undefined;
  }
  for (let later = index + 1; later < end; later += 1) {
    if (closesFence(plain(later), fence)) {
      return fence;
    }
  }
  return undefined;
}

function closesFence(line: string, fence: string): boolean {
  const closing = /^ {0,3}(`{3,}|~{3,})\s*$/.exec(line)?.[1];
  return closing?.startsWith(fence) === true;
}
