import { describe, expect, it } from '@jest/globals';
import { stringifyJson } from '@nx-notebook/notebook';
import {
  decodeMessage,
  encodeMessage,
  standIn,
  type KernelMessage,
} from '../src/client/message.js';

const message: KernelMessage = {
  ...standIn('session'),
  channel: 'iopub',
  content: { text: 'ü 🎉' },
};

describe('a message', () => {
  it('survives being sent, binary parts included', () => {
    const buffers = [new Uint8Array([1, 2, 3]), new Uint8Array([])].map(
      (bytes) => new DataView(bytes.buffer),
    );
    const decoded = decodeMessage(encodeMessage({ ...message, buffers }));
    expect({ ...decoded, buffers: [] }).toEqual(message);
    expect(decoded.buffers.map((view) => view.byteLength)).toEqual([3, 0]);
    expect(decoded.buffers[0]?.getUint8(2)).toBe(3);
  });

  it('keeps the text of its numbers', () => {
    const text = '{"a":1.0,"b":12345678901234567890,"c":1e-7}';
    const frame = Buffer.from(encodeMessage({ ...message, content: {} }));
    const changed = withContent(frame, text);
    expect(stringifyJson(decodeMessage(changed).content)).toBe(text);
  });

  it.each<[string, ArrayBuffer, string]>([
    ['nothing', bytes(''), 'a message without its table of parts'],
    ['text', bytes('{"header": {}}'), 'a message without its table of parts'],
    ['half a message', encodeMessage(message).slice(0, -3), 'a cut message'],
    [
      'content that is no JSON',
      withContent(Buffer.from(encodeMessage(message)), '{"a":'),
      'a message that is no JSON',
    ],
    [
      'content that is no object',
      withContent(Buffer.from(encodeMessage(message)), '[1]'),
      'a message part that is no object',
    ],
  ])('is refused if it is %s', (_, frame, why) => {
    expect(() => decodeMessage(frame)).toThrow(why);
  });
});

function bytes(text: string): ArrayBuffer {
  return new Uint8Array(Buffer.from(text)).buffer;
}

/** The frame with another content, which is its last part. */
function withContent(frame: Buffer, text: string): ArrayBuffer {
  const count = Number(frame.readBigUInt64LE(0));
  const start = Number(frame.readBigUInt64LE(8 * (count - 1)));
  const changed = Buffer.concat([frame.subarray(0, start), Buffer.from(text)]);
  changed.writeBigUInt64LE(BigInt(changed.length), 8 * count);
  return new Uint8Array(changed).buffer;
}
