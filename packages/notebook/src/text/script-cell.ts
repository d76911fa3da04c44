/**
 * What percent and light scripts have in common: markers with options, comments, magics, inactive cells.
 */
import type { CellType } from '../notebook.js';
import { isActive } from './active.js';
import {
  parseTitledOptions,
  unreadableKey,
  type CellMetadata,
} from './cell-options.js';
import {
  isDoubtfulMagic,
  uncomment,
  uncommentMagics,
  unescapeMarkers,
} from './magics.js';
import { lineLocation, type TextDocument } from './text-document.js';

/** The options of a marker. */
export interface ScriptOptions {
  readonly metadata: CellMetadata;
  /** Set by `[markdown]`, `[md]` or `[raw]`. */
  readonly type?: CellType;
  readonly language?: string;
}

/** Reads what stands behind a marker; `line` is its index, for warnings. */
export function readScriptOptions(
  document: TextDocument,
  text: string,
  line: number,
): ScriptOptions {
  const { title: rawTitle, metadata } = parseTitledOptions(text);
  warnOfUnreadable(document, metadata, line);
  let title = rawTitle;
  let type: CellType | undefined;
  const name = ['markdown', 'raw', 'md'].find((one) =>
    title.includes(`[${one}]`),
  );
  if (name !== undefined) {
    title = title.replaceAll(`[${name}]`, '').trim();
    type = name === 'raw' ? 'raw' : 'markdown';
  }
  const depth = /^%*/.exec(title)?.[0].length ?? 0;
  if (depth > 0) {
    metadata['cell_depth'] = depth;
    title = title.slice(depth).trim();
  }
  if (title !== '') {
    metadata['title'] = title;
  }
  const cellType = takeText(metadata, 'cell_type');
  type ??= isCellType(cellType) ? cellType : undefined;
  const language = takeText(metadata, 'language');
  return {
    metadata,
    ...(type !== undefined && { type }),
    ...(language !== undefined && { language }),
  };
}

/** Says that options could not be read; `tags=parameters` is the usual case. */
export function warnOfUnreadable(
  document: TextDocument,
  metadata: CellMetadata,
  line: number,
): void {
  const text = metadata[unreadableKey];
  if (typeof text !== 'string') {
    return;
  }
  const whole = lineLocation(document, line);
  const at = whole.lineText.indexOf(text);
  const tag = /\btags\s*=\s*\[?\s*["']?([\w-]+)/.exec(text)?.[1];
  document.warnings.push({
    severity: 'warning',
    code: 'unreadable-cell-metadata',
    message: `"${text}" is not valid cell metadata and has no effect.`,
    hint:
      tag === undefined
        ? 'Write key=value pairs with JSON values, for example name="fit" n=1.'
        : `Write tags=["${tag}"].`,
    location:
      at < 0 ? whole : { ...whole, column: at + 1, length: text.length },
  });
}

/** A stretch of lines that is one cell. */
export interface ScriptBody {
  readonly type: CellType;
  readonly metadata: CellMetadata;
  readonly language?: string;
  readonly lines: readonly string[];
  /** Index in the document of the first of the lines. */
  readonly start: number;
  readonly isExplicit: boolean;
  /** Keeps the comments of a raw cell that is code in the script. */
  readonly isRawCode?: boolean;
}

/** The source of a cell: without comment signs where they only hide it from the script's interpreter. */
export function scriptSource(
  document: TextDocument,
  body: ScriptBody,
): readonly string[] {
  const { extension } = document;
  const { type, metadata, lines } = body;
  const isCode = type === 'code';
  if (extension === 'py' && !isActive(extension, metadata, isCode)) {
    const text = unquote(lines);
    if (text !== undefined) {
      return text;
    }
  }
  const isForeign =
    metadata['active'] === undefined &&
    body.language !== undefined &&
    body.language !== document.language;
  if (!isActive(extension, metadata) || isForeign) {
    return body.isRawCode ? lines : uncomment(lines);
  }
  const language = body.language ?? document.language;
  const code =
    document.options['comment_magics'] === false
      ? lines
      : uncommentWithWarnings(document, body, language);
  if (isCode) {
    return unescapeMarkers(code, language);
  }
  return body.isRawCode ? code : uncomment(code);
}

function uncommentWithWarnings(
  document: TextDocument,
  body: ScriptBody,
  language: string,
): string[] {
  const context = { language, isExplicit: body.isExplicit };
  return uncommentMagics(body.lines, context, (index) => {
    const line = body.lines[index] ?? '';
    if (body.type === 'code' && isDoubtfulMagic(line)) {
      document.warnings.push({
        severity: 'warning',
        code: 'comment-is-command',
        message: `This comment runs as the command "${line.replace(/^[\s#]*/, '')}".`,
        hint: 'Start it with another word if it is only a comment.',
        location: lineLocation(document, body.start + index),
      });
    }
  });
}

/** The text of a cell that is one triple-quoted string. */
function unquote(lines: readonly string[]): string[] | undefined {
  const content = lines.join('\n').trim();
  const quoted = /^[rR]?("""|''')([^]*)\1$/.exec(content);
  const text = quoted?.[2]?.replace(/^\n/, '').replace(/\n$/, '');
  return text === undefined ? undefined : text === '' ? [] : text.split('\n');
}

/** Removes a text from metadata and returns it. */
function takeText(metadata: CellMetadata, key: string): string | undefined {
  const value = metadata[key];
  if (typeof value !== 'string') {
    return undefined;
  }
  Reflect.deleteProperty(metadata, key);
  return value;
}

function isCellType(value: string | undefined): value is CellType {
  return value === 'code' || value === 'markdown' || value === 'raw';
}
