/**
 * The head of a text notebook: `#!` line, coding comment, and YAML between `---` lines. Knows nothing of cells.
 */
import type { Diagnostic } from '../diagnostic.js';
import type { JsonObject, JsonValue } from '../json.js';
import { isJsonObject } from '../json-value.js';
import { loadYaml } from '../on-demand.js';
import { failure, success, type Result } from '../result.js';
import { isBlank, lineLocation } from './text-document.js';

/** What the head says. */
export interface Header {
  /** The `jupyter:` section. */
  readonly metadata: JsonObject;
  /** The other YAML with its `---` lines; the source of a raw cell. */
  readonly rawSource?: string;
  /** Index of the first line behind the head. */
  readonly end: number;
}

interface HeaderFile {
  readonly path: string;
  readonly lines: readonly string[];
  /** `#` in scripts, empty in Markdown. */
  readonly comment: '#' | '';
}

/** Reads the head; a file without one gives empty metadata. */
export function readHeader(file: HeaderFile): Result<Header, Diagnostic> {
  const start = file.comment === '#' ? skipScriptLines(file) : 0;
  if (typeof start !== 'number') {
    return failure(start);
  }
  const block = findYaml(file, start);
  if (block === undefined) {
    return success({ metadata: {}, end: start });
  }
  const jupyter = parseSection(block.jupyter);
  if (!isJsonObject(jupyter)) {
    return failure({
      severity: 'error',
      code: 'invalid-header',
      message: 'The "jupyter" section of the header is not valid YAML.',
      hint: 'Correct it, or delete it to use the defaults.',
      location: lineLocation(file, block.jupyterLine),
    });
  }
  const end = block.end + (isBlank(file.lines[block.end]) ? 1 : 0);
  const metadata = isJsonObject(jupyter['jupyter']) ? jupyter['jupyter'] : {};
  const kernelspec = metadata['kernelspec'];
  if (isJsonObject(kernelspec) && kernelspec['display_name'] === undefined) {
    return failure({
      severity: 'error',
      code: 'invalid-header',
      message: 'The kernelspec of the header has no display_name.',
      hint: 'Add one, for example "display_name: Python 3".',
      location: lineLocation(file, block.jupyterLine),
    });
  }
  return success({
    metadata,
    end: Math.min(end, file.lines.length),
    ...(block.other.length > 0 && {
      rawSource: ['---', ...block.other, '---'].join('\n'),
    }),
  });
}

/** The index behind `#!` and the coding comment, or why the coding is refused. */
function skipScriptLines(file: HeaderFile): number | Diagnostic {
  let start = file.lines[0]?.startsWith('#!') === true ? 1 : 0;
  for (const index of [0, 1]) {
    const line = file.lines[index] ?? '';
    const coding = /^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)/.exec(line);
    if (coding === null || (index === 1 && start === 0)) {
      continue;
    }
    if (!/^utf-?8$/i.test(coding[1] ?? '')) {
      return {
        severity: 'error',
        code: 'unsupported-encoding',
        message: `The file declares the encoding "${coding[1] ?? ''}"; only utf-8 is read.`,
        hint: 'Save the file as UTF-8 and change or delete this comment.',
        location: lineLocation(file, index),
      };
    }
    start = index + 1;
    break;
  }
  return start;
}

interface YamlBlock {
  readonly jupyter: readonly string[];
  readonly jupyterLine: number;
  readonly other: readonly string[];
  readonly end: number;
}

/** The lines between the first two `---`, which nothing but the opening of an HTML comment may precede. */
function findYaml(file: HeaderFile, start: number): YamlBlock | undefined {
  const jupyter: string[] = [];
  const other: string[] = [];
  let jupyterLine = start;
  let isInJupyter = false;
  let isStarted = false;
  let isInHtml = false;
  for (let index = start; index < file.lines.length; index += 1) {
    const raw = file.lines[index] ?? '';
    if (!raw.startsWith(file.comment)) {
      return undefined;
    }
    if (!isStarted && file.comment === '') {
      if (raw.trim().startsWith('<!--')) {
        isInHtml = true;
        continue;
      }
      if (isInHtml && isBlank(raw)) {
        continue;
      }
    }
    const line = file.comment === '' ? raw : raw.replace(/^# ?/, '');
    if (/^---\s*$/.test(line)) {
      if (isStarted) {
        const end = isInHtml ? htmlEnd(file, index) : index + 1;
        return { jupyter, jupyterLine, other, end };
      }
      isStarted = true;
    } else if (!isStarted) {
      return undefined;
    } else if (/^jupyter\s*:\s*$/.test(line)) {
      isInJupyter = true;
      jupyterLine = index;
      jupyter.push(line);
    } else {
      isInJupyter &&= isBlank(line) || /^\s/.test(line);
      (isInJupyter ? jupyter : other).push(line);
    }
  }
  return undefined;
}

function htmlEnd(file: HeaderFile, from: number): number {
  const index = file.lines.findIndex(
    (line, at) => at > from && line.includes('-->'),
  );
  return index < 0 ? from + 1 : index + 1;
}

function parseSection(lines: readonly string[]): JsonValue {
  try {
    const value: unknown = loadYaml().parse(lines.join('\n'), {
      version: '1.1',
      uniqueKeys: false,
      logLevel: 'error',
    });
    // YAML knows dates and cycles, JSON does not: the first become texts, the second an error.
    return JSON.parse(JSON.stringify(value ?? {})) as JsonValue;
  } catch {
    return null;
  }
}
