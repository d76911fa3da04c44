/**
 * Kernel messages on the wire (`v1.kernel.websocket.jupyter.org`), with contents whose numbers keep their text. Decoding
 * never throws: an exception in a socket's handler would end the process or lose the message unnoticed.
 */
import {
  parseJson,
  stringifyJson,
  type JsonObject,
} from '@nx-notebook/notebook';

/** The part of a message that this package reads. */
export interface KernelMessage {
  readonly channel: string;
  readonly header: MessageHeader;
  readonly parent_header: Partial<MessageHeader>;
  readonly metadata: JsonObject;
  readonly content: JsonObject;
  readonly buffers: readonly DataView[];
}

interface MessageHeader {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly version: string;
  readonly date: string;
}

/** A text in the content of a message; empty if it is no text. */
export function textIn(content: JsonObject, name: string): string {
  const value = content[name];
  return typeof value === 'string' ? value : '';
}

/** What the client library is told instead of a message that is none of its business, or of a broken one. */
export function standIn(session: string): KernelMessage {
  return {
    channel: 'nxnb',
    header: {
      msg_id: 'nxnb',
      msg_type: 'nxnb',
      session,
      username: '',
      version: '',
      date: '',
    },
    parent_header: {},
    metadata: {},
    content: {},
    buffers: [],
  };
}

/** The message in a frame; throws an Error that says what is wrong with it. */
export function decodeMessage(frame: ArrayBuffer): KernelMessage {
  const parts = partsOf(frame);
  const [channel, header, parent, metadata, content, ...buffers] = parts;
  if (content === undefined) {
    throw new Error(`a message of ${parts.length} parts`);
  }
  const message = {
    channel: textOf(channel),
    header: jsonOf(header) as unknown as MessageHeader,
    parent_header: jsonOf(parent) as Partial<MessageHeader>,
    metadata: jsonOf(metadata),
    content: jsonOf(content),
    buffers: buffers.map(
      (part) =>
        new DataView(
          part.buffer.slice(part.byteOffset, part.byteOffset + part.byteLength),
        ),
    ),
  };
  requireShape(message);
  return message;
}

/** The frame of a message. */
export function encodeMessage(message: KernelMessage): ArrayBuffer {
  const parts = [
    Buffer.from(message.channel),
    ...[
      message.header as unknown as JsonObject,
      message.parent_header as JsonObject,
      message.metadata,
      message.content,
    ].map((part) => Buffer.from(stringifyJson(part))),
    ...message.buffers.map((part) =>
      Buffer.from(part.buffer, part.byteOffset, part.byteLength),
    ),
  ];
  const offsets = [8 * (parts.length + 2)];
  for (const part of parts) {
    offsets.push((offsets.at(-1) ?? 0) + part.byteLength);
  }
  const head = Buffer.alloc(8 * (offsets.length + 1));
  head.writeBigUInt64LE(BigInt(offsets.length), 0);
  for (const [index, offset] of offsets.entries()) {
    head.writeBigUInt64LE(BigInt(offset), 8 * (index + 1));
  }
  const frame = new Uint8Array(Buffer.concat([head, ...parts]));
  return frame.buffer;
}

function partsOf(frame: ArrayBuffer): Buffer<ArrayBuffer>[] {
  const data = Buffer.from(frame);
  const count = data.length < 8 ? 0 : Number(data.readBigUInt64LE(0));
  if (count < 1 || data.length < 8 * (count + 1)) {
    throw new Error('a message without its table of parts');
  }
  const offsets = Array.from({ length: count }, (_, index) =>
    Number(data.readBigUInt64LE(8 * (index + 1))),
  );
  if (offsets.at(-1) !== data.length) {
    throw new Error('a cut message');
  }
  return offsets
    .slice(0, -1)
    .map((offset, index) => data.subarray(offset, offsets[index + 1]));
}

function textOf(part: Buffer | undefined): string {
  return part?.toString('utf8') ?? '';
}

function jsonOf(part: Buffer | undefined): JsonObject {
  const parsed = parseJson(textOf(part));
  if (!parsed.ok) {
    throw new Error(`a message that is no JSON: ${parsed.error.message}`);
  }
  if (
    parsed.value === null ||
    typeof parsed.value !== 'object' ||
    Array.isArray(parsed.value)
  ) {
    throw new Error('a message part that is no object');
  }
  return parsed.value as JsonObject;
}

type Shape = Readonly<Record<string, 'string' | 'object' | 'array'>>;

const shapes: Readonly<Record<string, Shape>> = {
  stream: { name: 'string', text: 'string' },
  display_data: { data: 'object', metadata: 'object' },
  update_display_data: { data: 'object', metadata: 'object' },
  execute_result: { data: 'object', metadata: 'object' },
  error: { ename: 'string', evalue: 'string', traceback: 'array' },
  status: { execution_state: 'string' },
  comm_open: { comm_id: 'string', data: 'object' },
  comm_msg: { comm_id: 'string', data: 'object' },
};

function requireShape(message: KernelMessage): void {
  const { header, content } = message;
  if (
    typeof header.msg_id !== 'string' ||
    typeof header.msg_type !== 'string'
  ) {
    throw new Error('a message without id or type');
  }
  const shape =
    message.channel === 'iopub' ? shapes[header.msg_type] : undefined;
  for (const [name, type] of Object.entries(shape ?? {})) {
    const value = content[name];
    const actual = Array.isArray(value) ? 'array' : typeof value;
    if (actual !== type || value === null) {
      throw new Error(`a ${header.msg_type} message without \`${name}\``);
    }
  }
}
