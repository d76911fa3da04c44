/**
 * Small parts of evaluating a template: constants, items, `range` and `loop`.
 */
import type { PyValue } from '@nx-notebook/python';
import { toNumber } from './operators.js';
import type { TemplateNode } from './template-syntax.js';
import {
  areEqual,
  itemsOf,
  numberIn,
  str,
  TemplateError,
  type TemplateValue,
} from './template-value.js';

const none: PyValue = { kind: 'none' };
const yes: PyValue = { kind: 'bool', value: true };
const no: PyValue = { kind: 'bool', value: false };

const longestRange = 50_000;

/** Names that are values in every template. */
export const constants: Readonly<Partial<Record<string, PyValue>>> =
  Object.assign(Object.create(null) as Record<string, PyValue>, {
    none,
    None: none,
    true: yes,
    True: yes,
    false: no,
    False: no,
  });

/** A value that is not there. */
export function missing(message: string): TemplateValue {
  return { kind: 'undefined', message };
}

/** `receiver[key]`, or undefined if there is no such item. */
export function itemAt(receiver: PyValue, key: PyValue): PyValue | undefined {
  if (receiver.kind === 'dict') {
    return receiver.entries.find(([name]) => areEqual(name, key))?.[1];
  }
  const index = key.kind === 'int' ? Number(key.value) : undefined;
  const isSequence = ['list', 'tuple', 'str'].includes(receiver.kind);
  return index === undefined || !isSequence
    ? undefined
    : itemsOf(receiver).at(index);
}

/** Whether an operator compares. */
export function isComparison(operator: string): boolean {
  return ['==', '!=', '<', '<=', '>', '>=', 'in', 'not in'].includes(operator);
}

/** Whether a node compares. */
export function isComparisonNode(node: TemplateNode): boolean {
  return node.type === 'BinaryExpression' && isComparison(node.operator.value);
}

/** The variable `loop`; its `index` counts from 1. */
export function loopState(index: number, length: number): PyValue {
  const number = (value: number): PyValue => toNumber(BigInt(value));
  const flag = (value: boolean): PyValue => ({ kind: 'bool', value });
  return {
    kind: 'dict',
    entries: [
      [str('index'), number(index + 1)],
      [str('index0'), number(index)],
      [str('first'), flag(index === 0)],
      [str('last'), flag(index === length - 1)],
      [str('length'), number(length)],
    ],
  };
}

/** `range(...)` as a list. */
export function range(given: readonly PyValue[]): PyValue {
  const numbers = given.map(numberIn);
  const [first, second, third = 1n] = numbers;
  const [start, stop] = second === undefined ? [0n, first] : [first, second];
  if (
    typeof start !== 'bigint' ||
    typeof stop !== 'bigint' ||
    typeof third !== 'bigint' ||
    third === 0n
  )
    throw new TemplateError('"range" needs whole numbers');
  const items: PyValue[] = [];
  for (let at = start; third > 0n ? at < stop : at > stop; at += third) {
    items.push(toNumber(at));
    if (items.length > longestRange)
      throw new TemplateError('the result is too large');
  }
  return { kind: 'list', items };
}
