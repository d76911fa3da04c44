/** Python's `repr` of values: what a tuple parameter and `[[name]]` in a grid look like. */
import type { PyValue } from '../value.js';
import { floatRepr } from './float-repr.js';

/** Characters that `str.isprintable` refuses; the blank is printable. */
const NOT_PRINTABLE = /(?! )[\p{C}\p{Z}]/u;

/** Python's `repr(value)`; `str(value)` is the same except for a string, whose `str` is itself. */
export function pythonRepr(value: PyValue): string {
  switch (value.kind) {
    case 'none':
      return 'None';
    case 'bool':
      return value.value ? 'True' : 'False';
    case 'int':
      return value.value.toString();
    case 'float':
      return floatRepr(value.value);
    case 'str':
      return stringRepr(value.value);
    case 'list':
      return `[${value.items.map(pythonRepr).join(', ')}]`;
    case 'tuple':
      return value.items.length === 1
        ? `(${value.items.map(pythonRepr).join('')},)`
        : `(${value.items.map(pythonRepr).join(', ')})`;
    case 'set':
      return value.items.length === 0
        ? 'set()'
        : `{${value.items.map(pythonRepr).join(', ')}}`;
    case 'dict':
      return `{${value.entries.map(([key, item]) => `${pythonRepr(key)}: ${pythonRepr(item)}`).join(', ')}}`;
    case 'other':
      return value.text;
  }
}

/** An escape of one code point, as short as Python writes it. */
export function escapeCodePoint(code: number): string {
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${hex.padStart(4, '0')}`;
  return `\\U${hex.padStart(8, '0')}`;
}

function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = Array.from(text, (char) => {
    if (char === quote || char === '\\') return `\\${char}`;
    if (char === '\n') return '\\n';
    if (char === '\r') return '\\r';
    if (char === '\t') return '\\t';
    return NOT_PRINTABLE.test(char)
      ? escapeCodePoint(char.codePointAt(0) ?? 0)
      : char;
  });
  return `${quote}${body.join('')}${quote}`;
}
