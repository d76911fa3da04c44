/**
 * Values as source text in the injected cell of a Python notebook, character by character as papermill writes
 * them: mapping keys become strings, a tuple becomes the string of its repr.
 */
import type { PyValue } from '../value.js';
import { escapeCodePoint, pythonRepr } from './python-repr.js';

/** Source text, or the type that has no form in a notebook's parameters. */
export type SourceText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly type: string; readonly message: string };

/** A value as it stands in the injected cell of a Python notebook. */
export function toPythonSource(value: PyValue): SourceText {
  const refused = refusedType(value);
  if (refused !== undefined) return refusal(refused);
  return { ok: true, text: sourceOf(value) };
}

/** The refusal that every language shares: no notebook can carry the type as a parameter. */
export function refusal(type: string): SourceText {
  return {
    ok: false,
    type,
    message: `a value of type ${type} can not be a parameter of a notebook; use text, numbers, true, false, null, lists and mappings`,
  };
}

/** Python's name of the first type inside a value that can not be injected. */
export function refusedType(value: PyValue): string | undefined {
  switch (value.kind) {
    case 'set':
      return 'set';
    case 'other':
      return value.type;
    case 'list':
    case 'tuple':
      return firstRefused(value.items);
    case 'dict':
      return firstRefused(value.entries.flat());
    case 'none':
    case 'bool':
    case 'int':
    case 'float':
    case 'str':
      return undefined;
  }
}

/** The text of a mapping key: papermill writes `str(key)`. */
export function keyText(key: PyValue): string {
  return key.kind === 'str' ? key.value : pythonRepr(key);
}

/** A quoted string; everything outside of ASCII is escaped. */
export function quotedString(text: string): string {
  const body = Array.from(text, (char) => {
    const code = char.codePointAt(0) ?? 0;
    if (char === '"' || char === '\\') return `\\${char}`;
    if (char === '\n') return '\\n';
    if (char === '\r') return '\\r';
    if (char === '\t') return '\\t';
    return code < 0x20 || code >= 0x7f ? escapeCodePoint(code) : char;
  });
  return `"${body.join('')}"`;
}

function firstRefused(items: readonly PyValue[]): string | undefined {
  for (const item of items) {
    const type = refusedType(item);
    if (type !== undefined) return type;
  }
  return undefined;
}

function sourceOf(value: PyValue): string {
  switch (value.kind) {
    case 'str':
      return quotedString(value.value);
    case 'float':
      return Number.isFinite(value.value)
        ? pythonRepr(value)
        : `float('${pythonRepr(value)}')`;
    case 'list':
      return `[${value.items.map(sourceOf).join(', ')}]`;
    case 'dict':
      return `{${value.entries.map(([key, item]) => `${quotedString(keyText(key))}: ${sourceOf(item)}`).join(', ')}}`;
    case 'tuple':
      return quotedString(pythonRepr(value));
    case 'none':
    case 'bool':
    case 'int':
    case 'set':
    case 'other':
      return pythonRepr(value);
  }
}
