/**
 * The outputs of one cell (or of an Output widget), as they will stand in the notebook. Knows no messages.
 *
 * Streams are merged by name between two other outputs, stdout before stderr. Python flushes both streams before every
 * other output, so that their order against those is fixed; how they interleave with each other depends on a timer.
 * Carriage returns and backspaces stay: whoever shows the notebook applies them.
 *
 * Size is limited per stream and for all other outputs together, each by what is there now and not by what was cleared,
 * so that where a text is cut depends on the text alone.
 */
import type { JsonObject } from '@nx-notebook/notebook';
import { stringifyJson } from '@nx-notebook/notebook';

interface StreamEntry {
  readonly kind: 'stream';
  readonly name: string;
  readonly chunks: string[];
}

/** A display, a result or an error; its content is replaced when the display is updated. */
export interface RichEntry {
  readonly kind: 'rich';
  output: JsonObject;
  bytes: number;
}

/** An ordered, bounded list of outputs. */
export class CellOutputs {
  readonly #limitBytes: number;
  #entries: (StreamEntry | RichEntry)[] = [];
  #streamBytes = new Map<string, number>();
  #richBytes = 0;
  #clearsBeforeNext = false;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  addStream(name: string, text: string): void {
    this.#clearIfDue();
    const before = this.#streamBytes.get(name) ?? 0;
    if (before > this.#limitBytes) {
      return;
    }
    const bytes = Buffer.byteLength(text);
    this.#streamBytes.set(name, before + bytes);
    const { chunks } = this.#streamEntry(name);
    if (before + bytes <= this.#limitBytes) {
      chunks.push(text);
    } else {
      chunks.push(
        cut(text, this.#limitBytes - before),
        this.#streamNotice(name),
      );
    }
  }

  /** Appends a display, a result or an error. The entry is for {@link replace}. */
  addRich(output: JsonObject): RichEntry {
    this.#clearIfDue();
    const entry: RichEntry = { kind: 'rich', output: {}, bytes: 0 };
    this.#entries.push(entry);
    this.#fill(entry, output);
    return entry;
  }

  /** Appends an output of ours, whatever the limit. */
  addNotice(output: JsonObject): void {
    this.#entries.push({ kind: 'rich', output, bytes: 0 });
  }

  /** Replaces the data of a display; does nothing if it was cleared. */
  replace(entry: RichEntry, data: JsonObject): void {
    if (this.#entries.includes(entry)) {
      this.#richBytes -= entry.bytes;
      this.#fill(entry, { ...entry.output, ...data });
    }
  }

  clear(wait: boolean): void {
    if (wait) {
      this.#clearsBeforeNext = true;
      return;
    }
    this.#clearsBeforeNext = false;
    this.#entries = [];
    this.#streamBytes = new Map();
    this.#richBytes = 0;
  }

  toJson(): JsonObject[] {
    return this.#entries.map((entry) =>
      entry.kind === 'rich'
        ? entry.output
        : {
            output_type: 'stream',
            name: entry.name,
            text: entry.chunks.join(''),
          },
    );
  }

  #clearIfDue(): void {
    if (this.#clearsBeforeNext) {
      this.clear(false);
    }
  }

  #streamEntry(name: string): StreamEntry {
    let index = this.#entries.length;
    for (; index > 0; index -= 1) {
      const entry = this.#entries[index - 1];
      if (entry?.kind !== 'stream') {
        break;
      }
      if (entry.name === name) {
        return entry;
      }
    }
    const entry: StreamEntry = { kind: 'stream', name, chunks: [] };
    const position = name === 'stdout' ? index : this.#entries.length;
    this.#entries.splice(position, 0, entry);
    return entry;
  }

  #fill(entry: RichEntry, output: JsonObject): void {
    const bytes = Buffer.byteLength(stringifyJson(output));
    const fits = this.#richBytes + bytes <= this.#limitBytes;
    entry.output = fits ? output : this.#richNotice(output, bytes);
    entry.bytes = fits ? bytes : 0;
    this.#richBytes += entry.bytes;
  }

  #streamNotice(name: string): string {
    return `\n[nx-notebook: ${name} of this cell is cut here, after ${megabytes(this.#limitBytes)}]\n`;
  }

  #richNotice(output: JsonObject, bytes: number): JsonObject {
    const text = `[nx-notebook: an output of ${megabytes(bytes)} is left out; the outputs of a cell are limited to ${megabytes(this.#limitBytes)}]`;
    if (output['output_type'] !== 'error') {
      return { ...output, data: { 'text/plain': text }, metadata: {} };
    }
    return {
      ...output,
      evalue: text,
      traceback: [text],
    };
  }
}

/** The longest beginning of a text that has at most `bytes` bytes, without half a character at its end. */
function cut(text: string, bytes: number): string {
  const data = Buffer.from(text.slice(0, bytes + 1));
  let end = bytes;
  while (end > 0 && ((data[end] ?? 0) & 0xc0) === 0x80) {
    end -= 1;
  }
  return data.toString('utf8', 0, end);
}

function megabytes(bytes: number): string {
  return bytes < 100_000
    ? `${bytes} bytes`
    : `${(bytes / 1e6).toFixed(1).replace(/\.0$/, '')} MB`;
}
