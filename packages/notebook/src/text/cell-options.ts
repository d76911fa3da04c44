/**
 * What a cell marker or a Markdown fence says behind its mark: title, language and `key=value` metadata.
 */
import type { JsonValue } from '../json.js';
import { isJsonObject } from '../json-value.js';
import { parseJson } from '../parse-json.js';
import { isLanguage } from './languages.js';
import { parsePythonLiteral } from './python-literal.js';

/** Metadata while a cell is being read. */
export type CellMetadata = Record<string, JsonValue | undefined>;

/** Where text that is no metadata is kept, as in jupytext. */
export const unreadableKey = 'incorrectly_encoded_metadata';

/** Reads `title key=value ...` or `title {"key": value}`. */
export function parseTitledOptions(text: string): {
  title: string;
  metadata: CellMetadata;
} {
  const options = text.trim();
  const json = splitJson(options);
  if (json !== undefined) {
    return { title: json.before, metadata: json.metadata };
  }
  const equals = options.indexOf('=');
  const titleWords = (equals < 0 ? options : options.slice(0, equals)).split(
    ' ',
  );
  if (equals >= 0) {
    popWhile(titleWords, (word) => word === '');
    titleWords.pop();
  }
  popWhile(titleWords, (word) => word.trim() === '' || word.startsWith('.'));
  const title = titleWords.join(' ');
  return { title, metadata: parsePairs(options.slice(title.length)) };
}

/** Reads `language key=value ...` or `language {"key": value}`; no known language gives the empty string. */
export function parseFenceOptions(text: string): {
  language: string;
  metadata: CellMetadata;
} {
  const options = text.trim();
  const json = splitJson(options);
  if (json !== undefined) {
    return { language: json.before, metadata: json.metadata };
  }
  if (isLanguage(options)) {
    return { language: options, metadata: {} };
  }
  const blank = options.indexOf(' ');
  const language = blank < 0 ? '' : options.slice(0, blank);
  return isLanguage(language)
    ? { language, metadata: parsePairs(options.slice(blank + 1)) }
    : { language: '', metadata: parsePairs(options) };
}

/** A JSON object starts before any equals sign. */
function splitJson(
  options: string,
): { before: string; metadata: CellMetadata } | undefined {
  const brace = options.indexOf('{');
  const equals = options.indexOf('=');
  if (brace < 0 || (equals >= 0 && equals < brace)) {
    return undefined;
  }
  const text = options.slice(brace);
  const value = parseValue(text);
  return {
    before: options.slice(0, brace).trim(),
    metadata: isJsonObject(value)
      ? withTagList({ ...value })
      : { [unreadableKey]: text.trim() },
  };
}

/**
 * Reads pairs from the right, since a value may hold blanks and equals signs: of all readings the one with the
 * shortest last value that parses is taken. What is left over goes to {@link unreadableKey}.
 */
function parsePairs(text: string): CellMetadata {
  const metadata: CellMetadata = {};
  const add = (key: string, value: JsonValue): void => {
    if (!Object.hasOwn(metadata, key)) {
      Object.defineProperty(metadata, key, {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
  };
  let rest = text.trim();
  while (rest !== '') {
    const lastBlank = rest.lastIndexOf(' ');
    const word = rest.slice(lastBlank + 1);
    if (!rest.startsWith('--') && /^[a-zA-Z_.]+[a-zA-Z0-9_.]*$/.test(word)) {
      add(word, null);
      rest = rest.slice(0, Math.max(lastBlank, 0)).trim();
      continue;
    }
    const pair = lastPair(rest);
    if (pair === undefined) {
      add(unreadableKey, rest);
      break;
    }
    add(pair.key, pair.value);
    rest = pair.before.trim();
  }
  return withTagList(metadata);
}

function lastPair(
  text: string,
): { key: string; value: JsonValue; before: string } | undefined {
  for (
    let equals = text.lastIndexOf('=');
    equals > 0;
    equals = text.lastIndexOf('=', equals - 1)
  ) {
    const keyStart = text.slice(0, equals).trimEnd().lastIndexOf(' ') + 1;
    const key = text.slice(keyStart, equals).trim();
    if (/^[a-zA-Z0-9_.@/-]+$/.test(key)) {
      const value = parseValue(text.slice(equals + 1));
      if (value !== undefined) {
        return { key, value, before: text.slice(0, keyStart) };
      }
    }
  }
  return undefined;
}

/** A single tag may be written as a text. */
function withTagList(metadata: CellMetadata): CellMetadata {
  const tags = metadata['tags'];
  return typeof tags === 'string' ? { ...metadata, tags: [tags] } : metadata;
}

function parseValue(text: string): JsonValue | undefined {
  const json = parseJson(text.trim());
  return json.ok ? json.value : parsePythonLiteral(text);
}

function popWhile(words: string[], test: (word: string) => boolean): void {
  while (words.length > 0 && test(words.at(-1) ?? '')) {
    words.pop();
  }
}
