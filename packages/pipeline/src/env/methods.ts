/**
 * The methods of Python's strings, lists and mappings that a template may call. Everything else is refused by name.
 */
import type { PyValue } from '@nx-notebook/python';
import { bounded, toNumber } from './operators.js';
import {
  areEqual,
  itemsOf,
  str,
  TemplateError,
  textOfValue,
  typeName,
} from './template-value.js';

/** Whether a value has a method of this name that can be called here. */
export function hasMethod(receiver: PyValue, name: string): boolean {
  const table = tableOf(receiver);
  return table !== undefined && Object.hasOwn(table, name);
}

/** `receiver.name(...given)`. */
export function callMethod(
  receiver: PyValue,
  name: string,
  given: readonly PyValue[],
): PyValue {
  const method = hasMethod(receiver, name)
    ? tableOf(receiver)?.[name]
    : undefined;
  if (method === undefined) {
    throw new TemplateError(
      `"${typeName(receiver)}" has no method "${name}" that is supported`,
    );
  }
  return bounded(method(receiver, given));
}

type Method = (receiver: PyValue, given: readonly PyValue[]) => PyValue;

function tableOf(
  receiver: PyValue,
): Readonly<Record<string, Method>> | undefined {
  if (receiver.kind === 'str') return stringMethods;
  if (receiver.kind === 'dict') return mappingMethods;
  return receiver.kind === 'list' || receiver.kind === 'tuple'
    ? listMethods
    : undefined;
}

/** A method from the text and the texts of its arguments. */
function onText(
  action: (text: string, given: readonly (string | undefined)[]) => string,
): Method {
  return (receiver, given) =>
    str(action(textOfValue(receiver), given.map(textOfValue)));
}

function strip(
  text: string,
  chars: string | undefined,
  sides: 'both' | 'left' | 'right',
): string {
  const isStripped = (char: string | undefined): boolean =>
    char !== undefined &&
    (chars === undefined ? /\s/.test(char) : chars.includes(char));
  let [start, end] = [0, text.length];
  if (sides !== 'right')
    while (start < end && isStripped(text[start])) start += 1;
  if (sides !== 'left')
    while (end > start && isStripped(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function truth(test: (text: string, part: string) => boolean): Method {
  return (receiver, given) => ({
    kind: 'bool',
    value: test(textOfValue(receiver), textOfValue(given[0] ?? str(''))),
  });
}

const stringMethods: Readonly<Record<string, Method>> = {
  upper: onText((text) => text.toUpperCase()),
  lower: onText((text) => text.toLowerCase()),
  capitalize: onText(
    (text) => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase(),
  ),
  title: onText((text) =>
    text.replace(
      /\p{L}+/gu,
      (word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase(),
    ),
  ),
  strip: onText((text, [chars]) => strip(text, chars, 'both')),
  lstrip: onText((text, [chars]) => strip(text, chars, 'left')),
  rstrip: onText((text, [chars]) => strip(text, chars, 'right')),
  replace: (receiver, [from, to]) => {
    if (from === undefined || to === undefined)
      throw new TemplateError('"replace" needs two arguments');
    const parts = textOfValue(receiver).split(textOfValue(from));
    const by = textOfValue(to);
    if (parts.length * by.length > 1_000_000)
      throw new TemplateError('the result is too large');
    return str(parts.join(by));
  },
  removeprefix: onText((text, [part = '']) =>
    text.startsWith(part) ? text.slice(part.length) : text,
  ),
  removesuffix: onText((text, [part = '']) =>
    part !== '' && text.endsWith(part) ? text.slice(0, -part.length) : text,
  ),
  zfill: (receiver, given) => {
    const text = textOfValue(receiver);
    const [, sign = '', digits = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
    const width = Math.min(1000, Number(textOfValue(given[0] ?? str('0'))));
    return str(sign + digits.padStart(width - sign.length, '0'));
  },
  startswith: truth((text, part) => text.startsWith(part)),
  endswith: truth((text, part) => text.endsWith(part)),
  split: (receiver, given) => {
    const text = textOfValue(receiver);
    const separator =
      given[0] === undefined ? undefined : textOfValue(given[0]);
    const parts =
      separator === undefined
        ? text.split(/\s+/).filter((part) => part !== '')
        : text.split(separator);
    return { kind: 'list', items: parts.map(str) };
  },
  join: (receiver, given) =>
    str(
      itemsOf(given[0] ?? str(''))
        .map(textOfValue)
        .join(textOfValue(receiver)),
    ),
};

const mappingMethods: Readonly<Record<string, Method>> = {
  get: (receiver, [key, otherwise]) =>
    entriesOf(receiver).find(
      ([name]) => key !== undefined && areEqual(name, key),
    )?.[1] ??
    otherwise ?? { kind: 'none' },
  keys: (receiver) => ({
    kind: 'list',
    items: entriesOf(receiver).map(([key]) => key),
  }),
  values: (receiver) => ({
    kind: 'list',
    items: entriesOf(receiver).map(([, value]) => value),
  }),
  items: (receiver) => ({
    kind: 'list',
    items: entriesOf(receiver).map((pair) => ({ kind: 'tuple', items: pair })),
  }),
};

const listMethods: Readonly<Record<string, Method>> = {
  count: (receiver, [wanted]) =>
    toNumber(
      BigInt(
        itemsOf(receiver).filter(
          (item) => wanted !== undefined && areEqual(item, wanted),
        ).length,
      ),
    ),
};

function entriesOf(value: PyValue): readonly (readonly [PyValue, PyValue])[] {
  return value.kind === 'dict' ? value.entries : [];
}
