/**
 * Reads Python literals that have a JSON form: `'a'`, `["x", 'y']`, `{'a': (1, None)}`. Tuples become arrays. Evaluates
 * nothing.
 */
import type { JsonValue } from '../json.js';
import { parseJson } from '../parse-json.js';

const tokens =
  /\s*(?:(?<punctuation>[[\](){}:,])|(?<raw>[rR]?)(?:'''(?<single3>(?:\\.|(?!''')[^\\])*)'''|"""(?<double3>(?:\\.|(?!""")[^\\])*)"""|'(?<single>(?:\\.|[^'\\\n])*)'|"(?<double>(?:\\.|[^"\\\n])*)")|(?<number>[+-]?\s*\.?\d[\w.]*(?:(?<=[eE])[+-]\d+)?)|(?<word>[A-Za-z]\w*))/suy;

type Token =
  | { readonly kind: 'punctuation'; readonly text: string }
  | { readonly kind: 'value'; readonly value: JsonValue }
  | { readonly kind: 'string'; readonly value: string };

const words = new Map<string, JsonValue>([
  ['None', null],
  ['True', true],
  ['False', false],
]);
const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

/** The value of a literal, or `undefined` if the text is not one. */
export function parsePythonLiteral(text: string): JsonValue | undefined {
  const list = tokenize(text.trim());
  if (list === undefined) {
    return undefined;
  }
  const reader = new LiteralReader(list);
  const value = reader.readValue();
  return reader.isAtEnd ? value : undefined;
}

function tokenize(text: string): Token[] | undefined {
  const list: Token[] = [];
  tokens.lastIndex = 0;
  while (tokens.lastIndex < text.length) {
    const groups = tokens.exec(text)?.groups;
    const token = groups && toToken(groups);
    if (token === undefined) {
      return undefined;
    }
    list.push(token);
  }
  return list;
}

function toToken(
  groups: Readonly<Record<string, string | undefined>>,
): Token | undefined {
  const { punctuation, number, word } = groups;
  if (punctuation !== undefined) {
    return { kind: 'punctuation', text: punctuation };
  }
  if (word !== undefined) {
    const value = words.get(word);
    return value === undefined ? undefined : { kind: 'value', value };
  }
  if (number !== undefined) {
    const value = numberValue(number.replace(/\s/g, ''));
    return value === undefined ? undefined : { kind: 'value', value };
  }
  const body =
    groups['single3'] ??
    groups['double3'] ??
    groups['single'] ??
    groups['double'];
  const value = groups['raw'] ? body : unescape(body ?? '');
  return value === undefined ? undefined : { kind: 'string', value };
}

function numberValue(text: string): JsonValue | undefined {
  const [, sign = '', digits = ''] = /^([+-]?)(.*)$/.exec(text) ?? [];
  const plain = digits.replace(/(?<=[\da-fA-F])_(?=[\da-fA-F])/g, '');
  if (/^0[xX][\da-fA-F]+$|^0[oO][0-7]+$|^0[bB][01]+$/.test(plain)) {
    return numberValue(sign + BigInt(plain).toString());
  }
  const json = plain.replace(/^\./, '0.').replace(/\.(?=$|[eE])/, '.0');
  const parsed = parseJson((sign === '-' ? '-' : '') + json);
  return parsed.ok ? parsed.value : undefined;
}

function unescape(body: string): string {
  return body.replace(
    /\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{1,3}|[^])/gu,
    (escape) => {
      const simple = escapes[escape.slice(1)];
      const [, hex, octal] =
        /^\\(?:[xuU]([\da-fA-F]+)|([0-7]+))$/.exec(escape) ?? [];
      if (simple !== undefined || (hex ?? octal) === undefined) {
        return simple ?? escape;
      }
      const codePoint = Number.parseInt(hex ?? octal ?? '', hex ? 16 : 8);
      return codePoint > 0x10ffff ? escape : String.fromCodePoint(codePoint);
    },
  );
}

/** A recursive descent over the tokens; `undefined` means that they are no literal. */
class LiteralReader {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(list: readonly Token[]) {
    this.#tokens = list;
  }

  get isAtEnd(): boolean {
    return this.#next === this.#tokens.length;
  }

  readValue(): JsonValue | undefined {
    const token = this.#tokens[this.#next];
    this.#next += 1;
    if (token === undefined) {
      return undefined;
    }
    if (token.kind === 'string') {
      return this.#joinStrings(token.value);
    }
    if (token.kind === 'value') {
      return token.value;
    }
    switch (token.text) {
      case '[':
        return this.#readItems(']')?.items;
      case '(': {
        const list = this.#readItems(')');
        const isTuple = list?.items.length !== 1 || list.hasComma;
        return isTuple ? list?.items : list.items[0];
      }
      case '{':
        return this.#readMembers();
      default:
        return undefined;
    }
  }

  /** Adjacent strings are one. */
  #joinStrings(first: string): string {
    let joined = first;
    for (;;) {
      const token = this.#tokens[this.#next];
      if (token?.kind !== 'string') {
        return joined;
      }
      joined += token.value;
      this.#next += 1;
    }
  }

  #readItems(
    end: string,
  ): { items: JsonValue[]; hasComma: boolean } | undefined {
    const items: JsonValue[] = [];
    let hasComma = false;
    while (!this.#accept(end)) {
      const value = this.readValue();
      if (value === undefined) {
        return undefined;
      }
      items.push(value);
      if (this.#accept(',')) {
        hasComma = true;
      } else if (!this.#isNext(end)) {
        return undefined;
      }
    }
    return { items, hasComma };
  }

  #readMembers(): JsonValue | undefined {
    const members: [string, JsonValue][] = [];
    while (!this.#accept('}')) {
      const key = this.readValue();
      const value = this.#accept(':') ? this.readValue() : undefined;
      if (typeof key !== 'string' || value === undefined) {
        return undefined;
      }
      members.push([key, value]);
      if (!this.#accept(',') && !this.#isNext('}')) {
        return undefined;
      }
    }
    return Object.fromEntries(members);
  }

  #isNext(text: string): boolean {
    const token = this.#tokens[this.#next];
    return token?.kind === 'punctuation' && token.text === text;
  }

  #accept(text: string): boolean {
    const isNext = this.#isNext(text);
    this.#next += isNext ? 1 : 0;
    return isNext;
  }
}
