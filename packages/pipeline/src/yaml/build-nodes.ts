/**
 * From the library's syntax nodes to {@link YamlNode}s: scalars resolved and cast, aliases followed (an alias shares
 * the node of its anchor), `<<` merged, of duplicate keys the last one kept.
 */
import type { PyValue } from '@nx-notebook/python';
import type * as Yaml from 'yaml';
import type { Problems } from '../problems.js';
import type { TextFile, TextRange } from '../text-file.js';
import { keyName, mergeEntries } from './merge-entries.js';
import { resolvePlainScalar, resolveTagged } from './plain-scalar.js';
import { noneAt, scalarNode } from './scalar-node.js';
import {
  describe,
  type YamlEntry,
  type YamlMapping,
  type YamlNode,
} from './yaml-node.js';

/** Characters and nodes that a document may expand to when every alias is written out. */
const largestExpansion = 10_000_000;

type Parsed = Yaml.Alias | Yaml.Scalar | Yaml.YAMLMap | Yaml.YAMLSeq;

/** The library, already loaded, the file and where problems go. */
export interface BuildContext {
  readonly yaml: typeof Yaml;
  readonly file: TextFile;
  readonly problems: Problems;
}

/** The document's value, or undefined after reporting why there is none. */
export function buildNodes(
  contents: Yaml.ParsedNode | null,
  context: BuildContext,
): YamlNode | undefined {
  const { file, problems } = context;
  const errorsBefore = problems.errorCount;
  const isSound = (): boolean => problems.errorCount === errorsBefore;
  const builder = new NodeBuilder(context);
  const root = builder.build(contents, { start: 0, end: 0 });
  if (isSound() && builder.sizeOf(root) > largestExpansion) {
    problems.error({
      code: 'aliases-too-large',
      message: 'Got invalid YAML: its aliases expand to more than 10 MB.',
      hint: 'Write the values out where they are needed.',
      location: file.firstLine,
    });
  }
  return isSound() ? root : undefined;
}

class NodeBuilder {
  readonly #yaml: typeof Yaml;
  readonly #file: TextFile;
  readonly #problems: Problems;
  /** `undefined` while the anchored value itself is being built. */
  readonly #anchors = new Map<string, YamlNode | undefined>();
  readonly #sizes = new Map<YamlNode, number>();

  constructor({ yaml, file, problems }: BuildContext) {
    this.#yaml = yaml;
    this.#file = file;
    this.#problems = problems;
  }

  /** `at` is where a value would stand that is not there. */
  build(parsed: Parsed | null | undefined, at: TextRange): YamlNode {
    if (parsed === null || parsed === undefined) return noneAt(at);
    const range = rangeOf(parsed, at);
    if (this.#yaml.isAlias(parsed)) return this.#follow(parsed, range);
    const { anchor } = parsed;
    if (anchor !== undefined) this.#anchors.set(anchor, undefined);
    const node = this.#buildValue(parsed, range);
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    return node;
  }

  /** How much the node is when its aliases are written out. */
  sizeOf(node: YamlNode): number {
    const known = this.#sizes.get(node);
    if (known !== undefined) return known;
    const size = this.#measure(node);
    this.#sizes.set(node, size);
    return size;
  }

  #measure(node: YamlNode): number {
    switch (node.kind) {
      case 'scalar':
        return 1 + (node.text?.length ?? 0);
      case 'sequence':
        return node.items.reduce((sum, item) => sum + this.sizeOf(item), 1);
      case 'mapping':
        return node.entries.reduce(
          (sum, { value }) => sum + 1 + this.sizeOf(value),
          1,
        );
    }
  }

  #follow(alias: Yaml.Alias, range: TextRange): YamlNode {
    const node = this.#anchors.get(alias.source);
    if (node !== undefined) return node;
    this.#problems.error({
      code: 'invalid-alias',
      message: this.#anchors.has(alias.source)
        ? `Got invalid YAML: the alias "*${alias.source}" stands inside of its own anchor.`
        : `Got invalid YAML: there is no anchor "&${alias.source}" above.`,
      hint: 'An alias repeats a value that is complete above it; text that starts with "*" goes in quotes.',
      location: this.#file.locate(range),
    });
    return noneAt(range);
  }

  #buildValue(parsed: Exclude<Parsed, Yaml.Alias>, range: TextRange): YamlNode {
    if (this.#yaml.isMap(parsed)) {
      this.#checkTag(parsed.tag, 'map', range);
      return this.#buildMapping(parsed.items, range);
    }
    if (this.#yaml.isSeq(parsed)) {
      this.#checkTag(parsed.tag, 'seq', range);
      const items = parsed.items.map((item) => {
        const one = item as Parsed | null;
        return this.build(one, this.#dashOf(one, range));
      });
      return { kind: 'sequence', items, range };
    }
    return scalarNode(this.#resolve(parsed, range), range);
  }

  /** An item that is empty is shown at its dash. */
  #dashOf(item: Parsed | null, list: TextRange): TextRange {
    const offset = item?.range?.[0];
    if (offset === undefined) return list;
    const dash = this.#file.text.lastIndexOf('-', offset);
    return dash < list.start ? list : { start: dash, end: dash + 1 };
  }

  #checkTag(
    tag: string | undefined,
    standard: 'map' | 'seq',
    range: TextRange,
  ): void {
    if (tag !== undefined && tag !== `tag:yaml.org,2002:${standard}`)
      this.#refuseTag(tag, range);
  }

  #refuseTag(tag: string, range: TextRange): void {
    const shown = tag.replace('tag:yaml.org,2002:', '!!');
    this.#problems.error({
      code: 'unsupported-tag',
      message: `Got invalid YAML: the value does not fit the tag "${shown}", or the tag is not known.`,
      hint: 'Remove the tag.',
      location: this.#file.locate(range),
    });
  }

  #resolve(scalar: Yaml.Scalar, range: TextRange): PyValue {
    const text = typeof scalar.value === 'string' ? scalar.value : '';
    if (scalar.tag !== undefined) {
      const value = resolveTagged(scalar.tag, text);
      if (value !== undefined) return value;
      this.#refuseTag(scalar.tag, range);
    }
    return scalar.type === 'PLAIN'
      ? resolvePlainScalar(text)
      : { kind: 'str', value: text };
  }

  #buildMapping(pairs: readonly Yaml.Pair[], range: TextRange): YamlMapping {
    const own: YamlEntry[] = [];
    const merged: YamlEntry[] = [];
    for (const pair of pairs) {
      const key = pair.key as Parsed | null;
      const keyRange = rangeOf(key, range);
      const value = this.build(pair.value as Parsed | null, keyRange);
      if (isMergeKey(key)) {
        merged.push(...this.#entriesToMerge(value, keyRange));
        continue;
      }
      const resolved = this.#buildKey(key, keyRange);
      if (resolved !== undefined) own.push({ key: resolved, keyRange, value });
    }
    return {
      kind: 'mapping',
      entries: mergeEntries(merged, own, (first, last) => {
        this.#warnDuplicate(first, last);
      }),
      range,
    };
  }

  #warnDuplicate(first: YamlEntry, last: YamlEntry): void {
    const { line } = this.#file.locate(first.keyRange);
    this.#problems.warning({
      code: 'duplicate-key',
      message: `The key "${keyName(last.key)}" is here twice; the value of line ${line} is not used.`,
      hint: 'Remove one of them.',
      location: this.#file.locate(last.keyRange),
    });
  }

  /** Keys are not cast. A list or a mapping can not be one. */
  #buildKey(
    key: Parsed | null | undefined,
    range: TextRange,
  ): PyValue | undefined {
    if (key === null || key === undefined) return { kind: 'none' };
    if (this.#yaml.isScalar(key)) return this.#resolve(key, range);
    const node = this.#yaml.isAlias(key) ? this.#follow(key, range) : undefined;
    if (node?.kind === 'scalar') {
      return node.text === undefined
        ? node.value
        : { kind: 'str', value: node.text };
    }
    this.#refuseKey(range);
    return undefined;
  }

  #refuseKey(range: TextRange): void {
    const { text } = this.#file;
    const isPlaceholder =
      text[range.start] === '{' && text[range.start - 1] === '{';
    this.#problems.error({
      code: isPlaceholder ? 'placeholder' : 'invalid-yaml',
      message: isPlaceholder
        ? "Got invalid YAML. It looks like you're using placeholders ({{...}}) without quotes."
        : 'Got invalid YAML: a key is text, not a list or a mapping.',
      hint: isPlaceholder
        ? 'Put the value in quotes: "{{name}}".'
        : 'Put it in quotes if it is meant as text.',
      location: this.#file.locate(range),
    });
  }

  #entriesToMerge(value: YamlNode, range: TextRange): readonly YamlEntry[] {
    if (value.kind === 'mapping') return value.entries;
    if (value.kind === 'sequence') {
      // Of a list of mappings the first one wins, so it comes last. PyYAML up to 6.0.3 has this order too; 6.0.4 has
      // another one and lets the last mapping win for keys of several letters, against the rule of YAML.
      return value.items
        .toReversed()
        .flatMap((item) => this.#entriesToMerge(item, range));
    }
    this.#problems.error({
      code: 'invalid-merge',
      message: `Got invalid YAML: "<<" merges a mapping or a list of mappings, not ${describe(value)}.`,
      location: this.#file.locate(range),
    });
    return [];
  }
}

function rangeOf(parsed: Parsed | null | undefined, at: TextRange): TextRange {
  const range = parsed?.range;
  if (range === undefined || range === null) return at;
  const [start, end] = range;
  // A value that is not there is shown at its key.
  return end > start ? { start, end } : at;
}

/** Only a plain `<<` merges; in quotes it is a key like any other. */
function isMergeKey(key: Parsed | null | undefined): boolean {
  return (
    key !== null &&
    key !== undefined &&
    'type' in key &&
    key.type === 'PLAIN' &&
    key.tag === undefined &&
    key.value === '<<'
  );
}
