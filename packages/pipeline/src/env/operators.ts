/**
 * The operators of Jinja over Python's values: exact ints, floats, strings, lists. Results are bounded: a template in a
 * pipeline.yaml must not be able to fill the memory.
 */
import type { PyValue } from '@nx-notebook/python';
import {
  areEqual,
  compare,
  itemsOf,
  numberIn,
  str,
  TemplateError,
  textOfValue,
  typeName,
} from './template-value.js';

/** Characters, items or bits; far more than any value of a pipeline has. */
const largest = 1_000_000;

/** `left operator right`, for all operators that take both values. */
export function binary(
  operator: string,
  left: PyValue,
  right: PyValue,
): PyValue {
  switch (operator) {
    case '~':
      return bounded(str(textOfValue(left) + textOfValue(right)));
    case '==':
      return bool(areEqual(left, right));
    case '!=':
      return bool(!areEqual(left, right));
    case '<':
      return bool(compare(left, right) < 0);
    case '<=':
      return bool(compare(left, right) <= 0);
    case '>':
      return bool(compare(left, right) > 0);
    case '>=':
      return bool(compare(left, right) >= 0);
    case 'in':
      return bool(contains(right, left));
    case 'not in':
      return bool(!contains(right, left));
    default:
      return bounded(
        sequenceResult(operator, left, right) ??
          numberResult(operator, left, right),
      );
  }
}

/** `-value` or `+value`. */
export function sign(operator: string, value: PyValue): PyValue {
  const number = numberIn(value);
  if (number === undefined)
    throw new TemplateError(
      `"${operator}" needs a number, not "${typeName(value)}"`,
    );
  return toNumber(operator === '-' ? -number : number);
}

/** An int or a float. */
export function toNumber(value: bigint | number): PyValue {
  return typeof value === 'bigint'
    ? { kind: 'int', value }
    : { kind: 'float', value };
}

function bool(value: boolean): PyValue {
  return { kind: 'bool', value };
}

function contains(whole: PyValue, part: PyValue): boolean {
  if (whole.kind === 'str' && part.kind === 'str')
    return whole.value.includes(part.value);
  return itemsOf(whole).some((item) => areEqual(item, part));
}

function sequenceResult(
  operator: string,
  left: PyValue,
  right: PyValue,
): PyValue | undefined {
  if (operator === '+') {
    if (left.kind === 'str' && right.kind === 'str')
      return str(left.value + right.value);
    const isSame = left.kind === right.kind;
    if (isSame && (left.kind === 'list' || left.kind === 'tuple')) {
      return { kind: left.kind, items: [...left.items, ...itemsOf(right)] };
    }
  }
  if (operator !== '*') return undefined;
  const [sequence, count] =
    numberIn(left) === undefined ? [left, right] : [right, left];
  const times = numberIn(count);
  if (typeof times !== 'bigint') return undefined;
  if (sequence.kind === 'str') {
    return str(sequence.value.repeat(repeats(sequence.value.length, times)));
  }
  if (sequence.kind !== 'list' && sequence.kind !== 'tuple') return undefined;
  const { items } = sequence;
  const copies = Array.from(
    { length: repeats(items.length, times) },
    () => items,
  );
  return { kind: sequence.kind, items: copies.flat() };
}

function repeats(length: number, times: bigint): number {
  if (times <= 0n || length === 0) return 0;
  if (times * BigInt(length) > BigInt(largest)) tooLarge();
  return Number(times);
}

function numberResult(
  operator: string,
  left: PyValue,
  right: PyValue,
): PyValue {
  const [a, b] = [numberIn(left), numberIn(right)];
  if (a === undefined || b === undefined) {
    throw new TemplateError(
      `"${operator}" can not be used with "${typeName(left)}" and "${typeName(right)}"`,
    );
  }
  const isDivision = ['/', '//', '%'].includes(operator);
  if (isDivision && Number(b) === 0)
    throw new TemplateError('division by zero');
  return typeof a === 'bigint' && typeof b === 'bigint'
    ? integers(operator, a, b)
    : floats(operator, Number(a), Number(b));
}

function integers(operator: string, a: bigint, b: bigint): PyValue {
  switch (operator) {
    case '+':
      return toNumber(a + b);
    case '-':
      return toNumber(a - b);
    case '*':
      return toNumber(a * b);
    case '/':
      return toNumber(Number(a) / Number(b));
    case '//':
      return toNumber(floorDivide(a, b));
    case '%':
      return toNumber(a - floorDivide(a, b) * b);
    case '**':
      if (b < 0n) return toNumber(Number(a) ** Number(b));
      if (b * BigInt(a.toString(2).length) > 10_000n) tooLarge();
      return toNumber(a ** b);
    default:
      throw unknownOperator(operator);
  }
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

function floats(operator: string, a: number, b: number): PyValue {
  switch (operator) {
    case '+':
      return toNumber(a + b);
    case '-':
      return toNumber(a - b);
    case '*':
      return toNumber(a * b);
    case '/':
      return toNumber(a / b);
    case '//':
      return toNumber(Math.floor(a / b));
    case '%':
      return toNumber(a - Math.floor(a / b) * b);
    case '**':
      return toNumber(a ** b);
    default:
      throw unknownOperator(operator);
  }
}

function unknownOperator(operator: string): TemplateError {
  return new TemplateError(`the operator "${operator}" is not supported`);
}

/** Refuses a value that grew beyond all sense. */
export function bounded(value: PyValue): PyValue {
  const size =
    value.kind === 'str'
      ? value.value.length
      : value.kind === 'list' || value.kind === 'tuple'
        ? value.items.length
        : 0;
  if (size > largest) tooLarge();
  return value;
}

function tooLarge(): never {
  throw new TemplateError('the result is too large');
}
