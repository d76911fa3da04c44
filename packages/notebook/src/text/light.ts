/**
 * Light scripts: paragraphs are cells, `# +` opens a longer one; `# region` or `# {{{` with their ends do the same.
 */
import { isActive } from './active.js';
import { isMagic } from './magics.js';
import {
  readScriptOptions,
  scriptSource,
  type ScriptOptions,
} from './script-cell.js';
import { StringTracker } from './string-tracker.js';
import { isBlank, type TextCell, type TextDocument } from './text-document.js';

/** How explicit cells are marked; `+,-` unless the file says otherwise. */
export interface LightMarkers {
  readonly start: RegExp;
  /** Absent for `+,-`, where the marker itself may name the end. */
  readonly end?: RegExp;
}

/** Markers of a format option such as `region,endregion`. */
export function lightMarkers(option: string | undefined): LightMarkers {
  const [, start, end] = /^(.*?),(.*)$/.exec(option ?? '') ?? [];
  if (start === undefined || end === undefined || option === '+,-') {
    return { start: /^#\s*\+(.*)$/ };
  }
  return {
    start: new RegExp(`^#\\s*${escape(start)}(.*)$`),
    end: new RegExp(`^#\\s*${escape(end)}\\s*$`),
  };
}

/** The cells of a light script. */
export function readLightCells(
  document: TextDocument,
  markers: LightMarkers,
): TextCell[] {
  const cells: TextCell[] = [];
  const isNextIndented = findNextIndents(document.lines);
  let start = document.start;
  while (start < document.lines.length) {
    const { cell, next } = readCell(
      { document, markers, isNextIndented },
      start,
    );
    cells.push(cell);
    start = next;
  }
  return cells;
}

/** What stays the same for all cells of a script. */
interface LightScript {
  readonly document: TextDocument;
  readonly markers: LightMarkers;
  readonly isNextIndented: readonly boolean[];
}

/** Where a cell ends: its last line (exclusive), the next cell, and whether an end marker said so. */
interface Extent {
  readonly end: number;
  readonly next: number;
  readonly isMarked: boolean;
  /** The start marker was none, since another one came before its end. */
  readonly isDismissed?: boolean;
}

function readCell(
  script: LightScript,
  start: number,
): { cell: TextCell; next: number } {
  const { document, markers } = script;
  const { lines } = document;
  const first = lines[start] ?? '';
  const optionText = markers.start.exec(first)?.[1];
  const isLooseEnd = optionText === undefined && markers.end?.test(first);
  if (
    optionText === undefined &&
    isLooseEnd !== true &&
    isCommentParagraph(document, start)
  ) {
    return readComments(document, start);
  }
  let options: ScriptOptions | undefined =
    optionText === undefined
      ? undefined
      : readScriptOptions(document, optionText, start);
  let type = options?.type ?? 'code';
  const extent = findEnd(script, start, options);
  if (extent.isDismissed) {
    options = undefined;
  }
  const metadata = options?.metadata ?? {};
  const language = options?.language;
  const bodyStart = options === undefined ? start : start + 1;
  let body = lines.slice(bodyStart, Math.max(bodyStart, extent.end));
  if (
    document.extension === 'py' &&
    extent.isMarked &&
    endsWithTwoBlanks(body)
  ) {
    body = body.slice(0, -2);
  }
  const source = scriptSource(document, {
    type,
    metadata,
    lines: body,
    start: bodyStart,
    isExplicit: options !== undefined,
    ...(language !== undefined && { language }),
  });
  if (type === 'code' && !isActive('ipynb', metadata)) {
    type = 'raw';
    if (metadata['active'] === '') {
      Reflect.deleteProperty(metadata, 'active');
    }
  }
  return {
    cell: {
      type,
      source: source.join('\n'),
      metadata,
      start: bodyStart,
      ...(language !== undefined && { language }),
    },
    next: skipLayout(lines, extent.next, extent.isMarked),
  };
}

/** One blank line behind a cell belongs to the layout, and two behind an end marker. */
export function skipLayout(
  lines: readonly string[],
  next: number,
  isMarked: boolean,
): number {
  const isText = (index: number): boolean =>
    index < lines.length && !isBlank(lines[index]);
  if (next + 1 < lines.length && isBlank(lines[next])) {
    if (isText(next + 1)) {
      return next + 1;
    }
    if (isMarked && isText(next + 2)) {
      return next + 2;
    }
  }
  return next;
}

/** Whether the paragraph holds comments only, no magic among them. */
function isCommentParagraph(document: TextDocument, start: number): boolean {
  const context = { language: document.language, isExplicit: false };
  for (let index = start; index < document.lines.length; index += 1) {
    const line = document.lines[index] ?? '';
    if (!line.startsWith('#')) {
      return index > start && isBlank(line);
    }
    if (!/^#\s*#/.test(line) && isMagic(line, context)) {
      return false;
    }
  }
  return true;
}

function readComments(
  document: TextDocument,
  start: number,
): { cell: TextCell; next: number } {
  const { lines } = document;
  let end = start;
  while (end < lines.length && !isBlank(lines[end])) {
    end += 1;
  }
  const source = scriptSource(document, {
    type: 'markdown',
    metadata: {},
    lines: lines.slice(start, end),
    start,
    isExplicit: false,
  });
  const next = Math.min(end + 1, lines.length);
  return {
    cell: { type: 'markdown', source: source.join('\n'), metadata: {}, start },
    next: skipLayout(lines, next, false),
  };
}

function findEnd(
  script: LightScript,
  start: number,
  options: ScriptOptions | undefined,
): Extent {
  const { document, markers } = script;
  const { lines } = document;
  const endMarker = options && (markers.end ?? endOfCell(options));
  const strings = new StringTracker(options?.language ?? document.language);
  const first = options === undefined ? start : start + 1;
  for (let index = first; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const isQuoted = strings.isQuoted;
    strings.readLine(line);
    if (isQuoted) {
      continue;
    }
    if (markers.start.test(line)) {
      const isDismissed = options !== undefined && markers.end !== undefined;
      return { ...beforeMarker(lines, start, index), isDismissed };
    }
    if (endMarker !== undefined) {
      if (endMarker.test(line)) {
        return { end: index, next: index + 1, isMarked: true };
      }
    } else if (isBlank(line) && script.isNextIndented[index] !== true) {
      return atBlankLine(lines, start, index);
    }
  }
  return { end: lines.length, next: lines.length, isMarked: false };
}

function beforeMarker(
  lines: readonly string[],
  start: number,
  index: number,
): Extent {
  const isBlankAt = (at: number): boolean => at >= start && isBlank(lines[at]);
  const blanks = isBlankAt(index - 1) ? (isBlankAt(index - 2) ? 2 : 1) : 0;
  return { end: index - blanks, next: index, isMarked: false };
}

/** A cell that starts with a blank line ends with it. */
function atBlankLine(
  lines: readonly string[],
  start: number,
  index: number,
): Extent {
  if (index > start) {
    return { end: index, next: index + 1, isMarked: false };
  }
  const isAlone = start + 1 < lines.length && !isBlank(lines[start + 1]);
  const next = Math.min(start + (isAlone ? 1 : 2), lines.length);
  return { end: start + 1, next, isMarked: false };
}

/** For each line, whether the first line with text from there on is indented. */
function findNextIndents(lines: readonly string[]): boolean[] {
  const found = new Array<boolean>(lines.length).fill(false);
  let isIndented = false;
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = lines[index] ?? '';
    isIndented = isBlank(line) ? isIndented : /^\s/.test(line);
    found[index] = isIndented;
  }
  return found;
}

function endOfCell(options: ScriptOptions): RegExp {
  const mark = options.metadata['endofcell'];
  return new RegExp(`^# ${escape(typeof mark === 'string' ? mark : '-')}\\s*$`);
}

function endsWithTwoBlanks(lines: readonly string[]): boolean {
  return (
    lines.length >= 3 &&
    isBlank(lines.at(-1)) &&
    isBlank(lines.at(-2)) &&
    !isBlank(lines.at(-3))
  );
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
