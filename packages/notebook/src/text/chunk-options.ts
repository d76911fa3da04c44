/**
 * The options of an R Markdown chunk: `{r name, echo=FALSE, tags=c("a", "b")}`. R code that is no literal stays text.
 */
import type { JsonValue } from '../json.js';
import { isJsonArray } from '../json-value.js';
import { isActive } from './active.js';
import { unreadableKey, type CellMetadata } from './cell-options.js';
import { parsePythonLiteral } from './python-literal.js';

/** Options that Jupyter knows as tags. */
const visibilityTags: Readonly<Record<string, string>> = {
  'include=FALSE': 'remove_cell',
  'echo=FALSE': 'remove_input',
  "results='hide'": 'remove_output',
  'results="hide"': 'remove_output',
};

const closing: Readonly<Record<string, string>> = {
  '(': ')',
  '[': ']',
  '{': '}',
};

/** Language and metadata of a chunk. */
export function parseChunkOptions(text: string): {
  language: string;
  metadata: CellMetadata;
} {
  const [, name = '', rest = ''] = /^([^\s,]*)[\s,]*([^]*)$/.exec(text) ?? [];
  const values = new Map<string, JsonValue>();
  const tags: JsonValue[] = [];
  const options = splitOptions(rest);
  if (options === undefined) {
    values.set(unreadableKey, rest);
  }
  for (const [index, option] of (options ?? []).entries()) {
    const tag = visibilityTags[`${option.name}=${option.value}`];
    if (index === 0 && option.name === '') {
      values.set('name', unquote(option.value) ?? option.value);
    } else if (tag !== undefined) {
      tags.push(tag);
    } else if (option.name === 'tags') {
      const value = parseValue(option.value);
      tags.push(...(isJsonArray(value) ? value : [value]));
    } else {
      values.set(option.name, parseValue(option.value));
    }
  }
  if (tags.length > 0) {
    values.set('tags', tags);
  }
  const metadata: CellMetadata = Object.fromEntries(values);
  if (!isActive('Rmd', metadata)) {
    Reflect.deleteProperty(metadata, 'eval');
  }
  const language = metadata['language'];
  return {
    language:
      typeof language === 'string' ? language : name === 'r' ? 'R' : name,
    metadata,
  };
}

interface Option {
  readonly name: string;
  readonly value: string;
}

/** Splits at commas outside of brackets and quotes; `undefined` if these don't match. */
function splitOptions(text: string): Option[] | undefined {
  const options: Option[] = [];
  const stack: string[] = [];
  let option = { name: '', value: '' };
  let previous = '';
  for (const char of `${text},`) {
    const open = stack.at(-1);
    const isQuote = char === '"' || char === "'";
    const isQuoted = open === '"' || open === "'";
    if (open === undefined && char === ',') {
      addOption(options, option);
      option = { name: '', value: '' };
    } else if (open === undefined && char === '=' && option.name === '') {
      option = { name: option.value, value: '' };
    } else {
      option.value += char;
      if (isQuoted || isQuote) {
        if (isQuote && previous !== '\\') {
          if (open === char) {
            stack.pop();
          } else if (!isQuoted) {
            stack.push(char);
          }
        }
      } else if (closing[char] !== undefined) {
        stack.push(closing[char]);
      } else if (')]}'.includes(char) && stack.pop() !== char) {
        return undefined;
      }
    }
    previous = char;
  }
  return stack.length === 0 ? options : undefined;
}

function addOption(options: Option[], option: Option): void {
  const { name, value } = option;
  if (name !== '' || value !== '') {
    options.push({ name: name.trim(), value: value.trim() });
  }
}

function parseValue(text: string): JsonValue {
  if (text === 'TRUE' || text === 'T' || text === 'FALSE' || text === 'F') {
    return text.startsWith('T');
  }
  const quoted = unquote(text);
  if (quoted !== undefined) {
    return quoted;
  }
  const items = /^(?:c|list)\(([^]*)\)$/.exec(text)?.[1];
  const literal = items === undefined ? text : `[${items}]`;
  return parsePythonLiteral(literal) ?? `#R_CODE#${literal}`;
}

function unquote(text: string): string | undefined {
  return /^(["'])([^]*)\1$/.exec(text)?.[2];
}
