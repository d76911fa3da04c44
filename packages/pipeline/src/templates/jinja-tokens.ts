/**
 * Takes a Jinja template apart: expressions and statements with their tokens, comments and raw text left out. The
 * grammar of Jinja 3 with its default delimiters; knows nothing of what names mean.
 */
import type { TextRange } from '../text-file.js';

/** A token inside of an expression or statement. */
export interface JinjaToken extends TextRange {
  readonly kind: 'name' | 'string' | 'number' | 'operator';
  /** The value of a string, else as written. */
  readonly text: string;
}

/** `{{ ... }}` or `{% ... %}`. */
export interface JinjaPart extends TextRange {
  readonly kind: 'expression' | 'statement';
  readonly tokens: readonly JinjaToken[];
}

/** What stops a template from being read. */
export interface JinjaFault extends TextRange {
  readonly opening: '{{' | '{%' | '{#' | '[[';
  readonly reason: 'unclosed' | 'no-token' | 'unclosed-raw';
}

/** The parts of a template in order, up to the first fault. */
export interface JinjaParts {
  readonly parts: readonly JinjaPart[];
  readonly fault?: JinjaFault;
}

/**
 * What begins an expression: curly brackets; curly brackets, but `${#name}` is the length of a variable and no comment;
 * or square brackets, which SQL dumps fill in when they run.
 */
export type TemplateSyntax = 'curly' | 'shell' | 'square';

const OPENINGS: Readonly<Record<TemplateSyntax, string>> = {
  curly: '\\{[{%#]',
  shell: '\\{[{%]|(?<!\\$)\\{#',
  square: '\\[\\[|\\{[%#]',
};

const RAW = /\{%[-+]?\s*raw\s*[-+]?%\}/y;
const END_RAW = /\{%[-+]?\s*endraw\s*[-+]?%\}/g;
const TOKEN =
  /([\p{L}_][\p{L}\p{N}_]*)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(0[xXoObB][\da-fA-F_]+|\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)|(\*\*|\/\/|==|!=|<=|>=|[-+*/%~<>=.,:;|()[\]{}])/uy;

/** Reads the parts. */
export function readJinja(text: string, syntax: TemplateSyntax): JinjaParts {
  const parts: JinjaPart[] = [];
  const opening = new RegExp(OPENINGS[syntax], 'g');
  for (;;) {
    const found = opening.exec(text);
    if (found === null) return { parts };
    const start = found.index;
    const [mark] = found as unknown as [JinjaFault['opening']];
    if (mark === '{#') {
      const end = text.indexOf('#}', start + 2);
      if (end < 0) return { parts, fault: faultAt(start, mark, 'unclosed') };
      opening.lastIndex = end + 2;
      continue;
    }
    RAW.lastIndex = start;
    const raw = RAW.exec(text);
    if (raw !== null) {
      END_RAW.lastIndex = RAW.lastIndex;
      if (END_RAW.exec(text) === null)
        return { parts, fault: faultAt(start, mark, 'unclosed-raw') };
      opening.lastIndex = END_RAW.lastIndex;
      continue;
    }
    const part = readPart(text, start, mark);
    if ('reason' in part) return { parts, fault: part };
    parts.push(part);
    opening.lastIndex = part.end;
  }
}

const ENDS = { '{{': '}}', '{%': '%}', '[[': ']]', '{#': '#}' } as const;

function readPart(
  text: string,
  start: number,
  mark: JinjaFault['opening'],
): JinjaPart | JinjaFault {
  const end = ENDS[mark];
  const tokens: JinjaToken[] = [];
  let depth = 0;
  let at = start + 2;
  if (/[-+]/.test(text[at] ?? '')) at += 1;
  for (;;) {
    at += /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
    if (at >= text.length) return faultAt(start, mark, 'unclosed');
    const trimmed = /[-+]/.test(text[at] ?? '') ? at + 1 : at;
    if (depth === 0 && text.startsWith(end, trimmed)) {
      const kind = mark === '{%' ? 'statement' : 'expression';
      return { kind, tokens, start, end: trimmed + 2 };
    }
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null)
      return { start: at, end: at + 1, opening: mark, reason: 'no-token' };
    const token = tokenOf(match, at);
    tokens.push(token);
    if (token.kind === 'operator') depth += depthOf(token.text);
    if (depth < 0)
      return { start: at, end: at + 1, opening: mark, reason: 'no-token' };
    at = token.end;
  }
}

function tokenOf(match: RegExpExecArray, start: number): JinjaToken {
  const [text, name, string, number] = match;
  const place = { start, end: start + text.length };
  if (name !== undefined) return { kind: 'name', text, ...place };
  if (string !== undefined)
    return { kind: 'string', text: unescape(text.slice(1, -1)), ...place };
  return { kind: number === undefined ? 'operator' : 'number', text, ...place };
}

/** Escapes that names of tasks and templates may have. */
function unescape(text: string): string {
  return text.replace(/\\([\\'"])/g, '$1');
}

function depthOf(operator: string): number {
  if ('([{'.includes(operator)) return 1;
  return ')]}'.includes(operator) ? -1 : 0;
}

function faultAt(
  start: number,
  opening: JinjaFault['opening'],
  reason: JinjaFault['reason'],
): JinjaFault {
  return { start, end: start + 2, opening, reason };
}
