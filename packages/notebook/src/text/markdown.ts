/**
 * Markdown and R Markdown notebooks: fences are code, `<!-- #region -->` is one text cell, else blank lines split.
 */
import { isActive } from './active.js';
import {
  parseFenceOptions,
  parseTitledOptions,
  type CellMetadata,
} from './cell-options.js';
import { skipLayout } from './light.js';
import { fenceLanguagePattern, isFenceLanguage } from './languages.js';
import { uncommentMagics } from './magics.js';
import { parseChunkOptions } from './chunk-options.js';
import { warnOfUnreadable } from './script-cell.js';
import { StringTracker } from './string-tracker.js';
import { isBlank, type TextCell, type TextDocument } from './text-document.js';

/** What tells Markdown from R Markdown. */
interface Dialect {
  /** A line that opens code, with its options. */
  readonly open: (line: string) => Fence | undefined;
  /** A line that opens a block of text in which no cell starts. */
  readonly isOtherFence: (line: string) => boolean;
}

interface Fence {
  /** Empty if the fence turned out not to be code. */
  readonly language: string;
  readonly metadata: CellMetadata;
  readonly close: RegExp;
}

interface FoundCell {
  readonly cell: TextCell;
  readonly next: number;
  readonly isMarked: boolean;
}

const plainClose = /^```\s*$/;
const regionStart = /^<!--\s*#(region|markdown|md|raw)(.*)-->\s*$/;
const fenceStart = new RegExp(
  `^\`\`\`(\`*)\\s*(${fenceLanguagePattern})($|\\s.*$)`,
);

const markdown: Dialect = {
  open(line) {
    const [, ticks, language, rest] = fenceStart.exec(line) ?? [];
    if (ticks === undefined) {
      return undefined;
    }
    const options = parseFenceOptions(`${language ?? ''}${rest ?? ''}`);
    const isText = options.metadata['.noeval'] === null;
    return {
      language: isText ? '' : options.language,
      metadata: isText ? {} : options.metadata,
      close: new RegExp('^```' + ticks),
    };
  },
  isOtherFence: (line) => line.startsWith('```'),
};

const rMarkdown: Dialect = {
  open(line) {
    const options = /^```\{(.*)\}\s*$/.exec(line)?.[1];
    return options === undefined
      ? undefined
      : { ...parseChunkOptions(options), close: plainClose };
  },
  isOtherFence: (line) => line.startsWith('```'),
};

/** The cells of a .md or .Rmd file. */
export function readMarkdownCells(document: TextDocument): TextCell[] {
  const dialect = document.extension === 'Rmd' ? rMarkdown : markdown;
  const cells: TextCell[] = [];
  let start = document.start;
  while (start < document.lines.length) {
    const found =
      readRegion(document, start) ??
      readFence(document, dialect, start) ??
      readText(document, dialect, start);
    cells.push(found.cell);
    start = skipLayout(document.lines, found.next, found.isMarked);
  }
  return cells;
}

function readRegion(
  document: TextDocument,
  start: number,
): FoundCell | undefined {
  const { lines } = document;
  const [, name, options] = regionStart.exec(lines[start] ?? '') ?? [];
  if (name === undefined) {
    return undefined;
  }
  const { title, metadata } = parseTitledOptions(options ?? '');
  warnOfUnreadable(document, metadata, start);
  if (title !== '') {
    metadata['title'] = title;
  }
  const close = new RegExp(`^<!--\\s*#end${name}\\s*-->\\s*$`);
  const end = findFrom(lines, start, (line) => close.test(line));
  return {
    cell: {
      type: name === 'raw' ? 'raw' : 'markdown',
      source: lines.slice(start + 1, end).join('\n'),
      metadata,
      start: start + 1,
    },
    next: Math.min(end + 1, lines.length),
    isMarked: end < lines.length,
  };
}

function readFence(
  document: TextDocument,
  dialect: Dialect,
  start: number,
): FoundCell | undefined {
  const { lines } = document;
  const fence = dialect.open(lines[start] ?? '');
  if (fence === undefined) {
    return undefined;
  }
  const { language, metadata, close } = fence;
  warnOfUnreadable(document, metadata, start);
  const strings = new StringTracker(
    language === '' ? document.language : language,
  );
  const end = findFrom(lines, start + 1, (line) => {
    const isQuoted = strings.isQuoted;
    strings.readLine(line);
    return !isQuoted && close.test(line);
  });
  const next = Math.min(end + 1, lines.length);
  const isMarked = end < lines.length;
  if (language === '' && document.extension === 'md') {
    const source = lines.slice(start, next).join('\n');
    return {
      cell: { type: 'markdown', source, metadata, start },
      next,
      isMarked: false,
    };
  }
  const isCell = isActive('ipynb', metadata);
  if (!isCell && metadata['active'] === '') {
    Reflect.deleteProperty(metadata, 'active');
  }
  const body = lines.slice(start + 1, end);
  const source = chunkCode(document, fence, body);
  return {
    cell: {
      type: isCell ? 'code' : 'raw',
      source: source.join('\n'),
      metadata,
      start: start + 1,
      language,
    },
    next,
    isMarked,
  };
}

/** In R Markdown code of the main language may hold commented magics. */
function chunkCode(
  document: TextDocument,
  fence: Fence,
  lines: readonly string[],
): readonly string[] {
  const language = fence.language.toLowerCase();
  const hasHiddenMagics =
    document.extension === 'Rmd' &&
    document.options['comment_magics'] !== false &&
    isActive('Rmd', fence.metadata) &&
    (fence.metadata['active'] !== undefined || language === document.language);
  return hasHiddenMagics
    ? uncommentMagics(lines, { language, isExplicit: true }, () => undefined)
    : lines;
}

/** Text up to a fence of code, a region, or two blank lines; blocks that are no code are not split. */
function readText(
  document: TextDocument,
  dialect: Dialect,
  start: number,
): FoundCell {
  const { lines } = document;
  const isSplitAtHeading = document.options['split_at_heading'] === true;
  let blanks = 0;
  let block: RegExp | undefined;
  let isIndented = false;
  for (let index = start; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (block !== undefined) {
      block = block.test(line) ? undefined : block;
      continue;
    }
    const isIndentedLine = line.startsWith('    ') && !isBlank(line);
    if (blanks > 0 && isIndentedLine) {
      isIndented = true;
      blanks = 0;
      continue;
    }
    isIndented &&= isBlank(line) || isIndentedLine;
    if (isIndented) {
      continue;
    }
    const fence = dialect.open(line);
    if (regionStart.test(line) || (fence && isFenceLanguage(fence.language))) {
      const isSpaced = index - start > 1 && blanks > 0;
      return textCell(lines, {
        start,
        end: isSpaced ? index - 1 : index,
        next: index,
      });
    }
    if (fence !== undefined || line.startsWith('```{')) {
      block = fence?.close ?? plainClose;
      blanks = 0;
    } else if (dialect.isOtherFence(line)) {
      if (blanks >= 2) {
        return textCell(lines, { start, end: index - 2, next: index }, true);
      }
      block = plainClose;
      blanks = 0;
    } else if (isSplitAtHeading && line.startsWith('#') && blanks >= 1) {
      return textCell(lines, { start, end: index - 1, next: index });
    } else if (isBlank(line)) {
      blanks += 1;
    } else if (blanks >= 2) {
      return textCell(lines, { start, end: index - 2, next: index }, true);
    } else {
      blanks = 0;
    }
  }
  return textCell(lines, { start, end: lines.length, next: lines.length });
}

/** A text cell that starts at `start`, ends before `end` and is followed by the line `next`. */
function textCell(
  lines: readonly string[],
  extent: { start: number; end: number; next: number },
  isMarked = false,
): FoundCell {
  const { start, end, next } = extent;
  const source = lines.slice(start, Math.max(start, end)).join('\n');
  return {
    cell: { type: 'markdown', source, metadata: {}, start },
    next,
    isMarked,
  };
}

function findFrom(
  lines: readonly string[],
  start: number,
  test: (line: string) => boolean,
): number {
  for (let index = start; index < lines.length; index += 1) {
    if (test(lines[index] ?? '')) {
      return index;
    }
  }
  return lines.length;
}
