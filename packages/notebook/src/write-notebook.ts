/**
 * Writes notebooks as nbformat 4.5 files: the bytes that nbformat.write gives. Equal notebooks give equal texts.
 */
import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from './json.js';
import { isJsonObject, mapObject, omitKeys } from './json-value.js';
import type { Cell, Notebook } from './notebook.js';
import { splitPythonLines } from './python-lines.js';
import { stringifyJson } from './stringify-json.js';

const format = { indent: 1, sortKeys: true };
const transientKeys = ['orig_nbformat', 'orig_nbformat_minor', 'signature'];

/** The text of an .ipynb file. */
export function writeNotebook(notebook: Notebook): string {
  return Array.from(notebookChunks(notebook)).join('');
}

/** The same text in pieces, one per cell, for notebooks that are better not held twice in memory. */
export function* notebookChunks(notebook: Notebook): Generator<string, void> {
  const ids = cellIds(notebook.cells);
  yield '{\n "cells": [';
  for (const [index, cell] of notebook.cells.entries()) {
    const text = stringifyJson(cellJson(cell, ids[index] ?? ''), {
      ...format,
      depth: 2,
    });
    yield `${index === 0 ? '' : ','}\n  ${text}`;
  }
  const metadata = stringifyJson(omitKeys(notebook.metadata, transientKeys), {
    ...format,
    depth: 1,
  });
  const end = notebook.cells.length === 0 ? ']' : '\n ]';
  yield `${end},\n "metadata": ${metadata},\n "nbformat": 4,\n "nbformat_minor": 5\n}\n`;
}

/**
 * One id per cell: its own if it is valid and no earlier cell has it, else one made of its type and source and of how
 * many equal cells come before it.
 */
function cellIds(cells: readonly Cell[]): string[] {
  const taken = new Set<string>();
  const given = cells.map(({ id }) => {
    const isUsable =
      id !== undefined && /^[a-zA-Z0-9_-]{1,64}$/.test(id) && !taken.has(id);
    if (isUsable) {
      taken.add(id);
    }
    return isUsable ? id : undefined;
  });
  return cells.map((cell, index) => given[index] ?? deriveId(cell, taken));
}

function deriveId(cell: Cell, taken: Set<string>): string {
  for (let count = 0; ; count += 1) {
    const id = createHash('sha256')
      .update(JSON.stringify([cell.type, cell.source, count]))
      .digest('hex')
      .slice(0, 8);
    if (!taken.has(id)) {
      taken.add(id);
      return id;
    }
  }
}

function cellJson(cell: Cell, id: string): JsonObject {
  const common = {
    cell_type: cell.type,
    id,
    metadata: omitKeys(cell.metadata, ['trusted']),
    source: splitPythonLines(cell.source),
  };
  if (cell.type === 'code') {
    return {
      ...common,
      execution_count: cell.executionCount ?? null,
      outputs: (cell.outputs ?? []).map(outputJson),
    };
  }
  return cell.attachments === undefined
    ? common
    : {
        ...common,
        attachments: mapObject(cell.attachments, (bundle) =>
          isJsonObject(bundle) ? splitBundle(bundle) : bundle,
        ),
      };
}

function outputJson(output: JsonObject): JsonObject {
  const { output_type: type, data, text } = output;
  if (type === 'stream' && typeof text === 'string') {
    return { ...output, text: splitPythonLines(text) };
  }
  const hasData = type === 'display_data' || type === 'execute_result';
  return hasData && isJsonObject(data)
    ? { ...output, data: splitBundle(data) }
    : output;
}

/** Texts are stored in lines; what is base64 or JSON is not. */
function splitBundle(bundle: JsonObject): JsonObject {
  return mapObject(bundle, (value: JsonValue, mime) =>
    typeof value === 'string' && isText(mime) ? splitPythonLines(value) : value,
  );
}

function isText(mime: string): boolean {
  return (
    mime.startsWith('text/') ||
    mime === 'application/javascript' ||
    mime === 'image/svg+xml'
  );
}
