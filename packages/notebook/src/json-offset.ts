/**
 * Finds where in a JSON text a value stands, so that an error in a document can point at it. Slow; for errors only.
 */
import { loadYaml } from './on-demand.js';

/** Keys and indexes from the root of a document to one of its values. */
export type JsonPath = readonly (string | number)[];

/** Offset and length of the value, or of the nearest one around it that exists; the first line of it counts. */
export function offsetOf(
  text: string,
  path: JsonPath,
): { offset: number; length: number } {
  // JSON is YAML to this parser, and it keeps positions.
  const document = loadYaml().parseDocument(text, {
    uniqueKeys: false,
    strict: false,
  });
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node: unknown =
      depth === 0
        ? document.contents
        : document.getIn(path.slice(0, depth), true);
    const range = rangeOf(node);
    if (range !== undefined) {
      return { offset: range[0], length: Math.max(1, range[1] - range[0]) };
    }
  }
  return { offset: 0, length: 1 };
}

function rangeOf(node: unknown): readonly [number, number, number] | undefined {
  return typeof node === 'object' && node !== null && 'range' in node
    ? ((node.range as [number, number, number] | null) ?? undefined)
    : undefined;
}
