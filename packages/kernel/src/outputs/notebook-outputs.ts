/**
 * Sorts the messages of a kernel into the outputs of the cells that caused them, for a whole notebook: displays are
 * updated across cells, widgets collect what is theirs, late messages go to the cell that they name. Knows no time.
 */
import type { JsonObject, JsonValue } from '@nx-notebook/notebook';
import { textIn, type KernelMessage } from '../client/message.js';
import { CellOutputs, type RichEntry } from './cell-outputs.js';
import type { Widgets } from './widgets.js';

const tailLength = 2048;

/** What one cell has put out so far. */
export interface CellRecord {
  readonly outputs: CellOutputs;
  executionCount: number | null;
  /** The end of what it printed, cleared or not. */
  readonly tails: { stdout: string; stderr: string };
  /** Bytes handed on to whoever watches. */
  streamedBytes: number;
}

/** Hears text of a stream of the cell at `index`. */
export type StreamListener = (
  index: number,
  name: 'stdout' | 'stderr',
  text: string,
) => void;

/** Settings of {@link NotebookOutputs}. */
export interface NotebookOutputsOptions {
  readonly limitBytes: number;
  readonly widgets: Widgets;
  readonly streamed: StreamListener;
}

/** The outputs of all cells of a notebook. */
export class NotebookOutputs {
  readonly #options: NotebookOutputsOptions;
  readonly #records = new Map<number, CellRecord>();
  readonly #cellOfRequest = new Map<string, number>();
  readonly #displays = new Map<
    string,
    { readonly cell: CellOutputs; readonly entry: RichEntry }[]
  >();

  constructor(options: NotebookOutputsOptions) {
    this.#options = options;
  }

  /** Says which request runs a cell; its messages are that cell's from now on. */
  begin(index: number, requestId: string): CellRecord {
    const record = {
      outputs: new CellOutputs(this.#options.limitBytes),
      executionCount: null,
      tails: { stdout: '', stderr: '' },
      streamedBytes: 0,
    };
    this.#records.set(index, record);
    this.#cellOfRequest.set(requestId, index);
    return record;
  }

  record(index: number): CellRecord | undefined {
    return this.#records.get(index);
  }

  /** Takes a message of the iopub channel. */
  receive(message: KernelMessage): void {
    const requestId = message.parent_header.msg_id ?? '';
    const index = this.#cellOfRequest.get(requestId);
    const record = index === undefined ? undefined : this.#records.get(index);
    if (index === undefined || record === undefined) {
      return;
    }
    const { content } = message;
    const type = message.header.msg_type;
    const target = (): CellOutputs =>
      this.#options.widgets.captorOf(requestId) ?? record.outputs;
    switch (type) {
      case 'execute_input':
        record.executionCount = Number(content['execution_count'] ?? 0);
        break;
      case 'stream':
        this.#stream(index, record, content);
        target().addStream(textIn(content, 'name'), textIn(content, 'text'));
        break;
      case 'clear_output':
        target().clear(content['wait'] === true);
        break;
      case 'update_display_data':
        this.#updateDisplays(content);
        break;
      case 'display_data':
      case 'execute_result':
        this.#updateDisplays(content);
        this.#display(target(), displayOutput(type, content));
        break;
      case 'error':
        target().addRich(errorOutput(content));
        break;
      default:
        if (type.startsWith('comm_')) {
          this.#options.widgets.receive(message);
        }
    }
  }

  #stream(index: number, record: CellRecord, content: JsonObject): void {
    const text = textIn(content, 'text');
    const name = content['name'] === 'stderr' ? 'stderr' : 'stdout';
    record.tails[name] = endOf(record.tails[name] + endOf(text));
    if (record.streamedBytes <= this.#options.limitBytes) {
      record.streamedBytes += Buffer.byteLength(text);
      this.#options.streamed(index, name, text);
    }
  }

  #display(cell: CellOutputs, display: Display): void {
    const entry = cell.addRich(display.output);
    if (display.id !== undefined) {
      const shown = this.#displays.get(display.id) ?? [];
      this.#displays.set(display.id, [...shown, { cell, entry }]);
    }
  }

  #updateDisplays(content: JsonObject): void {
    const id = displayId(content);
    for (const { cell, entry } of this.#displays.get(id ?? '') ?? []) {
      cell.replace(entry, {
        data: content['data'] ?? {},
        metadata: content['metadata'] ?? {},
      });
    }
  }
}

/** The end as a text of its own: a slice would keep the whole text in memory. */
function endOf(text: string): string {
  return Buffer.from(text.slice(-tailLength), 'utf16le').toString('utf16le');
}

interface Display {
  readonly id: string | undefined;
  readonly output: JsonObject;
}

function displayOutput(type: string, content: JsonObject): Display {
  return {
    id: displayId(content),
    output: {
      output_type: type,
      data: content['data'],
      metadata: content['metadata'],
      ...(type === 'execute_result'
        ? { execution_count: content['execution_count'] ?? null }
        : {}),
    },
  };
}

function errorOutput(content: JsonObject): JsonObject {
  const { ename, evalue, traceback } = content;
  return { output_type: 'error', ename, evalue, traceback };
}

function displayId(content: JsonObject): string | undefined {
  const transient: JsonValue | undefined = content['transient'];
  if (
    transient === null ||
    typeof transient !== 'object' ||
    Array.isArray(transient)
  ) {
    return undefined;
  }
  const id = (transient as JsonObject)['display_id'];
  return typeof id === 'string' ? id : undefined;
}
