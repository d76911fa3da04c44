/**
 * Values while a template is evaluated: those of Python, what is undefined, methods, and the environment variables. How
 * they become text, are compared, and what counts as true.
 */
import { pythonRepr, type PyValue } from '@nx-notebook/python';

/** A value of an expression. */
export type TemplateValue =
  | PyValue
  /** Something that is not there; `message` says what. */
  | { readonly kind: 'undefined'; readonly message: string }
  | {
      readonly kind: 'method';
      readonly receiver: PyValue | Environ;
      readonly name: string;
    }
  | { readonly kind: 'range' }
  | Environ;

/** The environment variables; only those that are asked for are read. */
export interface Environ {
  readonly kind: 'environ';
  readonly read: (name: string) => string | undefined;
}

/** A mistake in a template, in words. Never leaves this folder. */
export class TemplateError extends Error {}

/** The name of the value's type in Python. */
export function typeName(value: TemplateValue): string {
  if (value.kind === 'none') return 'NoneType';
  if (value.kind === 'other') return value.type;
  return value.kind === 'environ' ? 'dict' : value.kind;
}

/** A value that is there and no method. */
export function plain(value: TemplateValue): PyValue {
  if (value.kind === 'undefined') throw new TemplateError(value.message);
  if (value.kind === 'method')
    throw new TemplateError(`"${value.name}" is a method and has to be called`);
  if (value.kind === 'range')
    throw new TemplateError('"range" is a function and has to be called');
  if (value.kind === 'environ') {
    throw new TemplateError(
      '"env" is all environment variables; take one of them, for example env.HOME',
    );
  }
  return value;
}

/** Python's `str(value)`. */
export function textOfValue(value: PyValue): string {
  return value.kind === 'str' ? value.value : pythonRepr(value);
}

/** Python's `bool(value)`. */
export function isTrue(value: PyValue): boolean {
  switch (value.kind) {
    case 'none':
      return false;
    case 'bool':
      return value.value;
    case 'int':
      return value.value !== 0n;
    case 'float':
      return value.value !== 0;
    case 'str':
      return value.value !== '';
    case 'dict':
      return value.entries.length > 0;
    case 'list':
    case 'tuple':
    case 'set':
      return value.items.length > 0;
    case 'other':
      return true;
  }
}

/** The number that a value is; true and false are numbers to Python. */
export function numberIn(value: PyValue): bigint | number | undefined {
  if (value.kind === 'int' || value.kind === 'float') return value.value;
  return value.kind === 'bool' ? BigInt(value.value) : undefined;
}

/** Python's `==`. */
export function areEqual(left: PyValue, right: PyValue): boolean {
  const [a, b] = [numberIn(left), numberIn(right)];
  if (a !== undefined && b !== undefined) return a == b;
  return left.kind === right.kind && pythonRepr(left) === pythonRepr(right);
}

/** Below zero, zero or above, as Python orders numbers and strings. */
export function compare(left: PyValue, right: PyValue): number {
  const [a, b] = [numberIn(left), numberIn(right)];
  if (a !== undefined && b !== undefined) return a < b ? -1 : a > b ? 1 : 0;
  if (left.kind === 'str' && right.kind === 'str') {
    return left.value < right.value ? -1 : left.value > right.value ? 1 : 0;
  }
  throw new TemplateError(
    `"${typeName(left)}" and "${typeName(right)}" can not be ordered`,
  );
}

/** What a loop over the value gives. */
export function itemsOf(value: PyValue): readonly PyValue[] {
  if (value.kind === 'dict') return value.entries.map(([key]) => key);
  if (value.kind === 'str') return Array.from(value.value, (char) => str(char));
  if ('items' in value) return value.items;
  throw new TemplateError(`"${typeName(value)}" is no list`);
}

/** A string as a value. */
export function str(value: string): PyValue {
  return { kind: 'str', value };
}
