/**
 * Reads .ipynb files (nbformat 4 of any minor version). What is wrong with one is said with its place in the text.
 */
import type { Diagnostic } from './diagnostic.js';
import type { JsonObject, JsonValue } from './json.js';
import {
  isJsonArray,
  isJsonObject,
  mapObject,
  objectAt,
  omitKeys,
} from './json-value.js';
import { locationAt } from './location.js';
import type { Cell, CellType } from './notebook.js';
import { offsetOf, type JsonPath } from './json-offset.js';
import { parseJson } from './parse-json.js';
import type { NotebookFile, ReadNotebook } from './read-notebook.js';
import { stringifyJson } from './stringify-json.js';
import { failure, success, type Result } from './result.js';

/** A structural fault: what is wrong at which path. */
interface Fault {
  readonly code?: string;
  readonly path: JsonPath;
  readonly message: string;
  readonly hint?: string;
}

/** Left by old versions and never written again. */
const transientKeys = ['orig_nbformat', 'orig_nbformat_minor', 'signature'];

/** The notebook of an .ipynb file. */
export function readIpynb(
  file: NotebookFile,
): Result<ReadNotebook, Diagnostic> {
  const text = file.text.replace(/^\uFEFF/, '');
  const json = parseJson(text);
  if (!json.ok) {
    const { message, offset } = json.error;
    return failure(syntaxDiagnostic(file.path, text, message, offset));
  }
  const read = toNotebook(json.value);
  if (read.ok) {
    return read;
  }
  const { path, code, message, hint } = read.error;
  const { offset, length } = offsetOf(text, path);
  return failure({
    severity: 'error',
    code: code ?? 'invalid-notebook',
    message,
    hint:
      hint ??
      'Open it in Jupyter and save it again, or restore an intact version.',
    location: locationAt(file.path, text, offset, length),
  });
}

function syntaxDiagnostic(
  path: string,
  text: string,
  message: string,
  offset: number,
): Diagnostic {
  const conflict = /^(?:<{7}|={7}|>{7})(?: .*)?$/m.exec(text);
  if (conflict !== null) {
    return {
      severity: 'error',
      code: 'merge-conflict',
      message:
        'The notebook holds the markers of an unresolved merge conflict.',
      hint: 'Resolve the conflict; "nbdime" merges notebooks cell by cell.',
      location: locationAt(path, text, conflict.index, conflict[0].length),
    };
  }
  return {
    severity: 'error',
    code: 'invalid-json',
    message:
      text.trim() === ''
        ? 'The notebook file is empty.'
        : `The notebook is not valid JSON: ${message}.`,
    hint: 'Open it in Jupyter and save it again, or restore an intact version.',
    location: locationAt(path, text, offset, 1),
  };
}

function toNotebook(value: JsonValue): Result<ReadNotebook, Fault> {
  if (!isJsonObject(value)) {
    return failure({ path: [], message: 'A notebook must be a JSON object.' });
  }
  const format = Number(value['nbformat']);
  if (format !== 4) {
    return failure(wrongFormat(value));
  }
  const { cells: list, metadata = {} } = value;
  if (!isJsonArray(list)) {
    return failure({
      path: list === undefined ? [] : ['cells'],
      message: 'The "cells" of a notebook must be a list.',
    });
  }
  if (!isJsonObject(metadata)) {
    return failure({
      path: ['metadata'],
      message: 'The "metadata" of a notebook must be an object.',
    });
  }
  const cells: Cell[] = [];
  for (const [index, item] of list.entries()) {
    const cell = toCell(item, index);
    if (!cell.ok) {
      return cell;
    }
    cells.push(cell.value);
  }
  const kept = omitKeys(metadata, transientKeys);
  const kernelspec = objectAt(metadata, 'kernelspec');
  const info = objectAt(metadata, 'language_info');
  const kernelName = kernelspec['name'];
  const language =
    kernelspec['language'] ??
    info['name'] ??
    (kernelName === 'ir' ? 'r' : null);
  return success({
    notebook: { cells, metadata: kept },
    format: 'ipynb',
    language: typeof language === 'string' ? language.toLowerCase() : 'python',
    warnings: [],
    ...(typeof kernelName === 'string' && { kernelName }),
  });
}

function wrongFormat(notebook: JsonObject): Fault {
  const format = notebook['nbformat'];
  if (format === undefined) {
    return {
      path: [],
      message: 'This JSON file is no notebook: it has no "nbformat".',
    };
  }
  return {
    code: 'unsupported-nbformat',
    path: ['nbformat'],
    message: `The notebook has format version ${stringifyJson(format)}; version 4 is needed.`,
    hint: 'Convert it with "jupyter nbconvert --to notebook --inplace <file>".',
  };
}

function toCell(item: JsonValue, index: number): Result<Cell, Fault> {
  const path = ['cells', index];
  const name = `Cell ${index + 1}`;
  if (!isJsonObject(item)) {
    return failure({ path, message: `${name} must be an object.` });
  }
  const { cell_type: type, source, metadata = {}, id } = item;
  if (!isCellType(type)) {
    return failure({
      path: type === undefined ? path : [...path, 'cell_type'],
      message: `${name} has no cell_type of "code", "markdown" or "raw".`,
    });
  }
  const joined = joinLines(source);
  if (joined === undefined) {
    return failure({
      path: source === undefined ? path : [...path, 'source'],
      message: `${name} has no source of text or lines.`,
    });
  }
  if (!isJsonObject(metadata)) {
    return failure({
      path: [...path, 'metadata'],
      message: `The metadata of cell ${index + 1} must be an object.`,
    });
  }
  const kept = omitKeys(metadata, ['trusted']);
  const tags = kept['tags'];
  if (tags !== undefined && !(isJsonArray(tags) && tags.every(isText))) {
    return failure({
      path: [...path, 'metadata', 'tags'],
      message: `The tags of cell ${index + 1} must be a list of texts.`,
      hint: 'Write "tags": ["parameters"].',
    });
  }
  const cell: Cell = {
    type,
    source: joined,
    metadata: kept,
    ...(typeof id === 'string' && { id }),
  };
  return type === 'code'
    ? toCodeCell(cell, item, path)
    : success({
        ...cell,
        ...(isJsonObject(item['attachments']) && {
          attachments: mapObject(item['attachments'], (one) =>
            isJsonObject(one) ? joinBundle(one) : one,
          ),
        }),
      });
}

function toCodeCell(
  cell: Cell,
  item: JsonObject,
  path: JsonPath,
): Result<Cell, Fault> {
  const { outputs = [], execution_count: count } = item;
  if (!isJsonArray(outputs) || !outputs.every(isJsonObject)) {
    return failure({
      path: [...path, 'outputs'],
      message: `The outputs of cell ${Number(path[1]) + 1} must be a list of objects.`,
    });
  }
  return success({
    ...cell,
    outputs: outputs.map(joinOutput),
    executionCount: typeof count === 'number' ? count : null,
  });
}

function joinOutput(output: JsonObject): JsonObject {
  const { data, text } = output;
  const joined = isJsonArray(text) ? joinLines(text) : undefined;
  return {
    ...output,
    ...(isJsonObject(data) && { data: joinBundle(data) }),
    ...(joined !== undefined && { text: joined }),
  };
}

/** Text of mime types is stored in lines; JSON is left alone. */
function joinBundle(bundle: JsonObject): JsonObject {
  return mapObject(bundle, (value, mime) =>
    /^application\/(?:.*\+)?json$/.test(mime) || !isJsonArray(value)
      ? value
      : (joinLines(value) ?? value),
  );
}

function joinLines(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') {
    return value;
  }
  return isJsonArray(value) && value.every(isText) ? value.join('') : undefined;
}

function isCellType(value: JsonValue | undefined): value is CellType {
  return value === 'code' || value === 'markdown' || value === 'raw';
}

function isText(value: JsonValue): value is string {
  return typeof value === 'string';
}
