/**
 * Values as source text in the injected cell of an R notebook. Like papermill, except where its text is not valid
 * R: `Inf` and `NaN` instead of `inf` and `nan`, and `\u00e9` instead of the byte escape `\xe9`.
 */
import type { PyValue } from '../value.js';
import { pythonRepr } from './python-repr.js';
import {
  keyText,
  quotedString,
  refusal,
  refusedType,
  type SourceText,
} from './python-source.js';

/** A value as it stands in the injected cell of an R notebook. */
export function toRSource(value: PyValue): SourceText {
  const refused = refusedType(value);
  if (refused !== undefined) return refusal(refused);
  return { ok: true, text: sourceOf(value) };
}

function sourceOf(value: PyValue): string {
  switch (value.kind) {
    case 'none':
      return 'NULL';
    case 'bool':
      return value.value ? 'TRUE' : 'FALSE';
    case 'float':
      return floatSource(value.value);
    case 'str':
      return rString(value.value);
    case 'list':
      return `list(${value.items.map(sourceOf).join(', ')})`;
    case 'dict':
      return `list(${value.entries.map(([key, item]) => `${rString(keyText(key))} = ${sourceOf(item)}`).join(', ')})`;
    case 'tuple':
      return rString(pythonRepr(value));
    case 'int':
    case 'set':
    case 'other':
      return pythonRepr(value);
  }
}

function floatSource(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '-Inf' : 'Inf';
  return pythonRepr({ kind: 'float', value });
}

function rString(text: string): string {
  return quotedString(text).replaceAll(
    /\\(?:x([0-9a-f]{2})|.)/g,
    (escape: string, hex: string | undefined) =>
      hex === undefined ? escape : `\\u00${hex}`,
  );
}
