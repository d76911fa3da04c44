/**
 * Reads a text notebook: head, format, cells, languages.
 */
import type { Diagnostic } from '../diagnostic.js';
import type { JsonObject } from '../json.js';
import { objectAt, omitKeys } from '../json-value.js';
import type { NotebookFormat } from '../notebook.js';
import type { NotebookFile, ReadNotebook } from '../read-notebook.js';
import { failure, success, type Result } from '../result.js';
import { readHeader } from './header.js';
import { isLanguage } from './languages.js';
import { lightMarkers, readLightCells } from './light.js';
import { readMarkdownCells } from './markdown.js';
import { readPercentCells } from './percent.js';
import { chooseScriptFormat, toldFormat } from './script-format.js';
import {
  lineLocation,
  splitLines,
  toCell,
  type TextCell,
  type TextDocument,
  type TextExtension,
} from './text-document.js';

/** The notebook of a script or Markdown file. */
export function readTextNotebook(
  file: NotebookFile,
  extension: TextExtension,
): Result<ReadNotebook, Diagnostic> {
  const lines = splitLines(file.text.replace(/^\uFEFF/, ''));
  const isScript = extension !== 'md' && extension !== 'Rmd';
  const header = readHeader({
    path: file.path,
    lines,
    comment: isScript ? '#' : '',
  });
  if (!header.ok) {
    return header;
  }
  const { metadata, rawSource, end } = header.value;
  const told = toldLanguage(metadata);
  const byExtension = {
    py: 'python',
    R: 'r',
    r: 'r',
    md: undefined,
    Rmd: undefined,
  };
  const document: TextDocument = {
    path: file.path,
    extension,
    lines,
    start: end,
    language: told ?? byExtension[extension] ?? 'python',
    options: objectAt(metadata, 'jupytext'),
    warnings: [],
  };
  const read = isScript ? readScript(document) : readMarkdown(document);
  if (!read.ok) {
    return read;
  }
  const language =
    told ?? byExtension[extension] ?? mostUsedLanguage(read.value.cells);
  const cells = read.value.cells.map((cell) => withLanguage(cell, language));
  const kernelName = objectAt(metadata, 'kernelspec')['name'];
  return success({
    notebook: {
      cells: [
        ...(rawSource === undefined
          ? []
          : [{ type: 'raw' as const, source: rawSource, metadata: {} }]),
        ...cells.map(toCell),
      ],
      // How the text was laid out is of no use to an executed notebook.
      metadata: omitKeys(metadata, ['jupytext']),
    },
    format: read.value.format,
    language,
    warnings: document.warnings,
    cellLines: [
      ...(rawSource === undefined ? [] : [0]),
      ...cells.map(({ start }) => start),
    ],
    ...(typeof kernelName === 'string' && { kernelName }),
  });
}

interface Cells {
  readonly format: NotebookFormat;
  readonly cells: TextCell[];
}

function readScript(document: TextDocument): Result<Cells, Diagnostic> {
  const { extension, lines, options } = document;
  const format = chooseScriptFormat(
    lines,
    extension === 'py' ? 'python' : 'r',
    options,
  );
  switch (format.name) {
    case 'percent':
      return success({ format: 'percent', cells: readPercentCells(document) });
    case 'hydrogen': {
      const hydrogen = {
        ...document,
        options: { ...options, comment_magics: false },
      };
      return success({ format: 'hydrogen', cells: readPercentCells(hydrogen) });
    }
    case 'light': {
      const markers = lightMarkers(format.cellMarkers);
      return success({
        format: 'light',
        cells: readLightCells(document, markers),
      });
    }
    default:
      return failure(unsupported(document, format.name, format.line));
  }
}

function readMarkdown(document: TextDocument): Result<Cells, Diagnostic> {
  const isR = document.extension === 'Rmd';
  const format = isR ? 'rmarkdown' : 'markdown';
  const told = toldFormat(document.options) ?? format;
  if (told !== format) {
    const line = document.lines.findIndex((one) => one.includes('format_name'));
    return failure(unsupported(document, told, line));
  }
  if (!isR) {
    const myst = document.lines.findIndex((line) =>
      /^(?:```|~~~|:::)\{(?:code-cell|raw-cell)\}/.test(line),
    );
    if (myst >= 0) {
      return failure(unsupported(document, 'myst', myst));
    }
    const pandoc = document.lines.findIndex((line) => line.startsWith(':::'));
    if (pandoc >= 0) {
      return failure(unsupported(document, 'pandoc', pandoc));
    }
  }
  return success({ format, cells: readMarkdownCells(document) });
}

const displayNames = new Map([
  ['marimo', 'a marimo notebook'],
  ['sphinx', 'a Sphinx-Gallery script'],
  ['spin', 'an R script in knitr spin format'],
  ['myst', 'a MyST Markdown notebook'],
  ['pandoc', 'a Pandoc Markdown notebook'],
  ['quarto', 'a Quarto notebook'],
]);

function unsupported(
  document: TextDocument,
  format: string,
  line: number,
): Diagnostic {
  const what = displayNames.get(format) ?? `in the format "${format}"`;
  return {
    severity: 'error',
    code: 'unsupported-notebook-format',
    message: `This file is ${what}, which is not supported.`,
    hint: hintFor(document, format),
    location: lineLocation(document, Math.max(line, 0)),
  };
}

function hintFor(document: TextDocument, format: string): string {
  if (format === 'sphinx') {
    return 'Lines of 20 or more "#" make it one; start the cells of a plain script with "# %%".';
  }
  const { extension } = document;
  return extension === 'py' || extension === 'md'
    ? 'Convert it with "jupytext --to py:percent" or "jupytext --to ipynb".'
    : 'Convert it with "jupytext --to ipynb".';
}

/** Cells of another language become cells with a magic. */
function withLanguage(cell: TextCell, main: string): TextCell {
  const { language, ...rest } = cell;
  if (language === undefined || language === (main === 'r' ? 'R' : main)) {
    return rest;
  }
  if (usualName(language) === main || !isLanguage(language)) {
    return { ...rest, metadata: { ...rest.metadata, language } };
  }
  const { magic_args: args, ...metadata } = rest.metadata;
  const suffix = typeof args === 'string' ? ` ${args}` : '';
  return {
    ...rest,
    metadata,
    start: rest.start - 1,
    source: `%%${language}${suffix}\n${rest.source}`,
  };
}

function mostUsedLanguage(cells: readonly TextCell[]): string {
  const counts = new Map([['python', 0.5]]);
  for (const { language } of cells) {
    if (language !== undefined) {
      const name = usualName(language);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}

function toldLanguage(metadata: JsonObject): string | undefined {
  const told =
    objectAt(metadata, 'jupytext')['main_language'] ??
    objectAt(metadata, 'kernelspec')['language'];
  return typeof told === 'string' ? usualName(told) : undefined;
}

function usualName(language: string): string {
  const name = language.toLowerCase();
  return name.startsWith('c++') ? 'c++' : name;
}
