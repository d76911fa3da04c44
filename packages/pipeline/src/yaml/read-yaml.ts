/**
 * Reads a YAML document as PyYAML's safe loader and Ploomber do. The library `yaml` reads the syntax only (schema
 * "failsafe"), and only where {@link readPlainYaml} leaves a document to it; what scalars mean, merges, aliases and
 * duplicate keys are ours. It is loaded at the first use: it takes 40 ms.
 *
 * Bounds: the library recurses and even aborts the process (a regular expression compiled on a full stack) when lists
 * are nested some thousand levels deep, and aliases can expand to gigabytes. Both are refused before they hurt.
 */
import type * as Yaml from 'yaml';
import type { Problems } from '../problems.js';
import type { TextFile } from '../text-file.js';
import { buildNodes } from './build-nodes.js';
import { readPlainYaml } from './read-plain-yaml.js';
import { reportSyntaxError } from './syntax-error.js';
import type { YamlNode } from './yaml-node.js';

/** A pipeline is three or four levels deep; nothing that people write reaches this. */
const deepest = 60;

/** Some ten thousand tasks. More than that is a mistake, and reading it would block every Nx command. */
const largest = 4 * 1024 * 1024;

/** The document, or undefined after reporting why there is none. */
export function readYaml(
  file: TextFile,
  problems: Problems,
): YamlNode | undefined {
  if (file.text.length > largest) {
    problems.error({
      code: 'file-too-large',
      message: `The file is larger than ${largest / 1024 / 1024} MB.`,
      hint: 'Split it into several pipelines.',
    });
    return undefined;
  }
  return readPlainYaml(file.text) ?? readAnyYaml(file, problems);
}

/** Reads a document with the library. */
export function readAnyYaml(
  file: TextFile,
  problems: Problems,
): YamlNode | undefined {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- at the first use only, see above
  const yaml = require('yaml') as typeof Yaml;
  const tokens = [...new yaml.Parser().parse(file.text)];
  const tooDeep = findTooDeep(tokens);
  if (tooDeep !== undefined) {
    problems.error({
      code: 'nested-too-deeply',
      message: `Got invalid YAML: nested deeper than ${deepest} levels.`,
      location: file.locate({ start: tooDeep, end: tooDeep + 1 }),
    });
    return undefined;
  }
  const composer = new yaml.Composer({
    version: '1.1',
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
  });
  const documents = [...composer.compose(tokens, true, file.text.length)];
  const [document, second] = documents;
  if (
    document === undefined ||
    reportSyntaxError(document, { yaml, file, problems })
  ) {
    return undefined;
  }
  if (second !== undefined) {
    const start = second.range[0];
    problems.error({
      code: 'invalid-yaml',
      message: 'Got invalid YAML: a second document starts here.',
      hint: 'Remove the line "---" and what follows it, or move it to another file.',
      location: file.locate({ start, end: start + 3 }),
    });
    return undefined;
  }
  return buildNodes(document.contents, { yaml, file, problems });
}

/** Offset of the first token below the deepest level. Iterative: recursion is what it protects from. */
function findTooDeep(tokens: readonly Yaml.CST.Token[]): number | undefined {
  const open = tokens.map((token) => ({ token, depth: 0 }));
  for (let next; (next = open.pop()) !== undefined;) {
    const { token, depth } = next;
    if (depth > deepest) return token.offset;
    for (const child of childrenOf(token)) {
      open.push({ token: child, depth: depth + 1 });
    }
  }
  return undefined;
}

function childrenOf(token: Yaml.CST.Token): readonly Yaml.CST.Token[] {
  if (token.type === 'document') {
    return token.value === undefined ? [] : [token.value];
  }
  if ('items' in token) {
    return token.items.flatMap(({ key, value }) =>
      [key, value].filter((child) => child !== undefined && child !== null),
    );
  }
  return [];
}
