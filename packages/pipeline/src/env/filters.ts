/**
 * The filters and tests of Jinja that make sense in a value of a pipeline.
 */
import { pythonRepr, type PyValue } from '@nx-notebook/python';
import { callMethod } from './methods.js';
import { bounded, toNumber } from './operators.js';
import {
  areEqual,
  compare,
  isTrue,
  itemsOf,
  numberIn,
  plain,
  str,
  TemplateError,
  textOfValue,
  typeName,
  type TemplateValue,
} from './template-value.js';

/** What a filter is given beside its operand. */
export interface FilterArguments {
  readonly positional: readonly PyValue[];
  readonly named: ReadonlyMap<string, PyValue>;
}

type Filter = (value: PyValue, given: FilterArguments) => PyValue;

/** The value after a filter. */
export function applyFilter(
  name: string,
  value: TemplateValue,
  given: FilterArguments,
): TemplateValue {
  if (name === 'default' || name === 'd') return orDefault(value, given);
  const filter = Object.hasOwn(filters, name) ? filters[name] : undefined;
  if (filter === undefined)
    throw new TemplateError(`the filter "${name}" is not supported`);
  return bounded(filter(plain(value), given));
}

function orDefault(
  value: TemplateValue,
  { positional, named }: FilterArguments,
): TemplateValue {
  const fallback = positional[0] ?? named.get('default_value') ?? str('');
  const flag = positional[1] ?? named.get('boolean');
  if (value.kind === 'undefined') return fallback;
  return flag !== undefined && isTrue(flag) && !isTrue(plain(value))
    ? fallback
    : value;
}

const asMethod =
  (name: string): Filter =>
  (value, { positional }) =>
    callMethod(str(textOfValue(value)), name, positional);

const filters: Readonly<Record<string, Filter>> = {
  upper: asMethod('upper'),
  lower: asMethod('lower'),
  capitalize: asMethod('capitalize'),
  title: asMethod('title'),
  trim: asMethod('strip'),
  replace: asMethod('replace'),
  string: (value) => str(textOfValue(value)),
  int: (value, { positional }) => toInt(value) ?? positional[0] ?? toNumber(0n),
  float: (value, { positional }) =>
    toFloat(value) ?? positional[0] ?? toNumber(0),
  abs: (value) => {
    const number = numberOf(value, 'abs');
    return toNumber(number < 0 ? -number : number);
  },
  round: (value, { positional }) => {
    const digits = Number(numberIn(positional[0] ?? toNumber(0n)) ?? 0);
    const factor = 10 ** digits;
    return toNumber(
      roundHalfEven(Number(numberOf(value, 'round')) * factor) / factor,
    );
  },
  length: (value) => toNumber(BigInt(itemsOf(value).length)),
  count: (value) => toNumber(BigInt(itemsOf(value).length)),
  first: (value) => itemsOf(value)[0] ?? emptySequence('first'),
  last: (value) => itemsOf(value).at(-1) ?? emptySequence('last'),
  list: (value) => ({ kind: 'list', items: itemsOf(value) }),
  sort: (value) => ({ kind: 'list', items: itemsOf(value).toSorted(compare) }),
  reverse: (value) =>
    value.kind === 'str'
      ? str(Array.from(value.value).toReversed().join(''))
      : { kind: 'list', items: itemsOf(value).toReversed() },
  unique: (value) => ({
    kind: 'list',
    items: itemsOf(value).filter(
      (item, index, all) =>
        all.findIndex((other) => areEqual(other, item)) === index,
    ),
  }),
  join: (value, { positional, named }) =>
    str(
      itemsOf(value)
        .map(textOfValue)
        .join(textOfValue(positional[0] ?? named.get('d') ?? str(''))),
    ),
  min: (value) => itemsOf(value).toSorted(compare)[0] ?? emptySequence('min'),
  max: (value) =>
    itemsOf(value).toSorted(compare).at(-1) ?? emptySequence('max'),
  sum: (value) =>
    itemsOf(value).reduce<PyValue>((sum, item) => {
      const [a, b] = [numberOf(sum, 'sum'), numberOf(item, 'sum')];
      return typeof a === 'bigint' && typeof b === 'bigint'
        ? toNumber(a + b)
        : toNumber(Number(a) + Number(b));
    }, toNumber(0n)),
};

function numberOf(value: PyValue, what: string): bigint | number {
  const number = numberIn(value);
  if (number === undefined)
    throw new TemplateError(
      `"${what}" needs a number, not "${typeName(value)}"`,
    );
  return number;
}

function emptySequence(what: string): never {
  throw new TemplateError(`"${what}" of nothing is undefined`);
}

function toInt(value: PyValue): PyValue | undefined {
  const number = numberIn(value);
  if (typeof number === 'bigint') return toNumber(number);
  if (number !== undefined)
    return Number.isFinite(number)
      ? toNumber(BigInt(Math.trunc(number)))
      : undefined;
  const text = value.kind === 'str' ? value.value.trim() : '';
  if (/^[-+]?\d+$/.test(text))
    return toNumber(
      text.startsWith('-')
        ? -BigInt(text.slice(1))
        : BigInt(text.replace('+', '')),
    );
  const float = toFloat(value);
  return float === undefined ? undefined : toInt(float);
}

function toFloat(value: PyValue): PyValue | undefined {
  const number = numberIn(value);
  if (number !== undefined) return toNumber(Number(number));
  const text = value.kind === 'str' ? value.value.trim() : '';
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text)
    ? toNumber(Number(text))
    : undefined;
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The answer of a test (`is defined`). */
export function applyTest(name: string, value: TemplateValue): boolean {
  if (name === 'defined') return value.kind !== 'undefined';
  if (name === 'undefined') return value.kind === 'undefined';
  const known = plain(value);
  const { kind } = known;
  switch (name) {
    case 'none':
      return kind === 'none';
    case 'boolean':
      return kind === 'bool';
    case 'true':
    case 'false':
      return kind === 'bool' && pythonRepr(known).toLowerCase() === name;
    case 'integer':
      return kind === 'int';
    case 'float':
      return kind === 'float';
    case 'number':
      return numberIn(known) !== undefined;
    case 'string':
      return kind === 'str';
    case 'mapping':
      return kind === 'dict';
    case 'sequence':
    case 'iterable':
      return ['list', 'tuple', 'dict', 'str', 'set'].includes(kind);
    case 'odd':
    case 'even':
      return (
        Math.abs(Number(numberOf(known, name)) % 2) === (name === 'odd' ? 1 : 0)
      );
    default:
      throw new TemplateError(`the test "${name}" is not supported`);
  }
}
