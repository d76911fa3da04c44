/**
 * Which of the script formats a .py or .R file is written in, and the line that gave it away.
 */
import type { JsonObject } from '../json.js';
import { isMagic } from './magics.js';
import { StringTracker } from './string-tracker.js';

/** The format of a script; names are those of jupytext. */
export interface ScriptFormat {
  readonly name: string;
  /** Index of the first line that is typical of it. */
  readonly line: number;
  /** For light scripts: start and end of explicit cells. */
  readonly cellMarkers?: string;
}

interface Sign {
  readonly format: string;
  readonly pattern: RegExp;
  /** How many lines of the kind it takes. */
  readonly count: number;
  readonly only?: 'py' | 'r';
  readonly cellMarkers?: string;
}

const percentSign = /^# ?%%(?:$|\s)|^# (?:<codecell>|In\[[0-9 ]*\]:?)/;

/** In order of precedence, behind percent. */
const signs: readonly Sign[] = [
  {
    format: 'marimo',
    pattern: /^(?:import marimo|app = marimo\.App\(\))$|^@app.cell/,
    count: 2,
    only: 'py',
  },
  {
    format: 'light',
    pattern: /^#\s*\{\{\{/,
    count: 1,
    cellMarkers: '{{{,}}}',
  },
  {
    format: 'light',
    pattern: /^#\s*region/,
    count: 1,
    cellMarkers: 'region,endregion',
  },
  { format: 'sphinx', pattern: /^# ?#{19,}\s*$/, count: 2, only: 'py' },
  { format: 'spin', pattern: /^#'/, count: 1, only: 'r' },
];

/** Chooses by what the header says, else by signs outside of strings; a plain script is light. */
export function chooseScriptFormat(
  lines: readonly string[],
  language: 'python' | 'r',
  options: JsonObject,
): ScriptFormat {
  const markers = options['cell_markers'];
  const told = toldFormat(options);
  if (told !== undefined) {
    return {
      name: told,
      line: Math.max(
        0,
        lines.findIndex((line) => line.includes('format_name')),
      ),
      ...(typeof markers === 'string' && { cellMarkers: markers }),
    };
  }
  const open = unquotedLines(lines, language);
  const marker = open.find(({ line }) => percentSign.test(line));
  if (marker !== undefined) {
    const context = { language, isExplicit: false };
    const isHydrogen = open.some(
      ({ line }) => !line.startsWith('#') && isMagic(line, context),
    );
    return { name: isHydrogen ? 'hydrogen' : 'percent', line: marker.index };
  }
  const extension = language === 'python' ? 'py' : 'r';
  for (const sign of signs) {
    const found = open.filter(({ line }) => sign.pattern.test(line));
    const first = found[0];
    if (
      first !== undefined &&
      found.length >= sign.count &&
      (sign.only ?? extension) === extension
    ) {
      return {
        name: sign.format,
        line: first.index,
        ...(sign.cellMarkers !== undefined && {
          cellMarkers: sign.cellMarkers,
        }),
      };
    }
  }
  return {
    name: 'light',
    line: 0,
    ...(typeof markers === 'string' && { cellMarkers: markers }),
  };
}

/** The format that the header names. */
export function toldFormat(options: JsonObject): string | undefined {
  const representation = options['text_representation'];
  if (
    typeof representation === 'object' &&
    representation !== null &&
    'format_name' in representation
  ) {
    const name = representation['format_name'];
    return typeof name === 'string' ? name : undefined;
  }
  return undefined;
}

/** Lines that end outside of a string; the first line of a string of several is not among them. */
function unquotedLines(
  lines: readonly string[],
  language: string,
): { line: string; index: number }[] {
  const strings = new StringTracker(language);
  return lines
    .map((line, index) => ({ line, index }))
    .filter(({ line }) => {
      strings.readLine(line);
      return !strings.isQuoted;
    });
}
