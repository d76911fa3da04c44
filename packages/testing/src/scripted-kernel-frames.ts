/**
 * Frames of the protocol `v1.kernel.websocket.jupyter.org`, written independently of the client under test.
 */

/** A message as a test sees it. */
export interface ScriptedMessage {
  readonly channel: string;
  readonly header: Readonly<Record<string, string>>;
  readonly parent_header: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, unknown>>;
}

/** The frame of a message. */
export function encodeFrame(message: ScriptedMessage): Buffer {
  const parts = [
    Buffer.from(message.channel),
    ...[
      message.header,
      message.parent_header,
      message.metadata,
      message.content,
    ].map((part) => Buffer.from(JSON.stringify(part))),
  ];
  const head = Buffer.alloc(8 * (parts.length + 2));
  head.writeBigUInt64LE(BigInt(parts.length + 1), 0);
  let offset = head.length;
  for (const [index, part] of parts.entries()) {
    head.writeBigUInt64LE(BigInt(offset), 8 * (index + 1));
    offset += part.length;
  }
  head.writeBigUInt64LE(BigInt(offset), 8 * (parts.length + 1));
  return Buffer.concat([head, ...parts]);
}

/** The message of a frame. */
export function decodeFrame(frame: Buffer): ScriptedMessage {
  const count = Number(frame.readBigUInt64LE(0));
  const offsets = Array.from({ length: count }, (_, index) =>
    Number(frame.readBigUInt64LE(8 * (index + 1))),
  );
  const [channel = '', header, parent, metadata, content] = offsets
    .slice(0, -1)
    .map((offset, index) => frame.toString('utf8', offset, offsets[index + 1]));
  const parse = (text = '{}'): never => JSON.parse(text) as never;
  return {
    channel,
    header: parse(header),
    parent_header: parse(parent),
    metadata: parse(metadata),
    content: parse(content),
  };
}
