/**
 * Prints diagnostics for people: place, sentence, the line with the part that is meant, next step. Knows no terminal
 * but its colours.
 *
 *     pipeline.yaml:12:5: error: "prodcut" is not a key of a task. [unknown-key]
 *        |
 *     12 |   - prodcut: out.ipynb
 *        |     ~~~~~~~
 *        = Did you mean "product"?
 */
import { relative, sep } from 'node:path';
import type { Diagnostic, Location } from './diagnostic.js';
import { loadPicocolors, loadStringWidth } from './on-demand.js';

/** How diagnostics are printed. */
export interface RenderOptions {
  /** Paths below this folder are shown relative to it. */
  readonly cwd?: string;
  /** @default false */
  readonly color?: boolean;
}

type Colors = Readonly<
  Record<'bold' | 'cyan' | 'dim' | 'red' | 'yellow', (text: string) => string>
>;

/** Lines longer than this are cut around the part that is meant; notebooks have lines of megabytes. */
const widestLine = 100;

/** One block of text without a line break at its end. */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  options: RenderOptions = {},
): string {
  const colors: Colors = loadPicocolors().createColors(options.color ?? false);
  const { severity, location, hint } = diagnostic;
  const paint = severity === 'error' ? colors.red : colors.yellow;
  const place =
    location === undefined ? '' : `${placeOf(location, options.cwd)}: `;
  const head = `${colors.bold(place)}${paint(colors.bold(`${severity}:`))} ${diagnostic.message} ${colors.dim(`[${diagnostic.code}]`)}`;
  const gutter = ' '.repeat(String(location?.line ?? '').length);
  return [
    head,
    ...(location === undefined ? [] : excerpt(location, paint, colors)),
    ...(hint === undefined ? [] : [`${gutter} ${colors.cyan('=')} ${hint}`]),
  ].join('\n');
}

/** All blocks in their order, an empty line between them. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  options: RenderOptions = {},
): string {
  return diagnostics.map((one) => renderDiagnostic(one, options)).join('\n\n');
}

/** `path:line:column`, which terminals and editors open. */
function placeOf(location: Location, cwd: string | undefined): string {
  const path = cwd === undefined ? '' : relative(cwd, location.file);
  const isInside = path !== '' && path !== '..' && !path.startsWith(`..${sep}`);
  const shown = isInside ? path : location.file;
  return `${shown}:${location.line}:${location.column}`;
}

function excerpt(
  location: Location,
  paint: (text: string) => string,
  colors: Colors,
): string[] {
  const { before, marked, after } = cut(location);
  const stringWidth = loadStringWidth();
  const number = String(location.line);
  const gutter = ' '.repeat(number.length);
  const bar = colors.dim('|');
  const width = Math.max(1, stringWidth(marked));
  const squiggle = width === 1 ? '^' : '~'.repeat(width);
  const padding = ' '.repeat(stringWidth(before));
  return [
    `${gutter} ${bar}`,
    `${colors.dim(number)} ${bar} ${before}${marked}${after}`.trimEnd(),
    `${gutter} ${bar} ${padding}${paint(squiggle)}`,
  ];
}

/** The line in three printable parts: tabs become blanks, other control characters become visible. */
function cut(location: Location): {
  before: string;
  marked: string;
  after: string;
} {
  const { lineText } = location;
  const from = location.column - 1;
  const to = Math.min(from + location.length, lineText.length);
  const start = from > widestLine ? from - 40 : 0;
  const markedEnd = Math.min(to, from + widestLine);
  const end = Math.max(markedEnd, start + widestLine);
  const before = printable(lineText.slice(start, from));
  const after = printable(lineText.slice(markedEnd, end));
  return {
    before: (start > 0 ? '…' : '') + before,
    marked: printable(lineText.slice(from, markedEnd)),
    after: after + (end < lineText.length ? '…' : ''),
  };
}

function printable(text: string): string {
  return (
    text
      .replaceAll('\t', '    ')
      // Control characters could move the cursor or colour the terminal.
      .replace(/\p{Cc}/gu, '\uFFFD')
      .replace(/[\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '\uFFFD')
  );
}
