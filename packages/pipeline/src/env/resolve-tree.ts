/**
 * Replaces the placeholders of one env file, key by key in their order: a value may use the defaults and the keys above
 * it. Below the top-level key `path` values are paths.
 */
import { castString, type PyValue } from '@nx-notebook/python';
import type { Location } from '@nx-notebook/notebook';
import type { Problem, Problems } from '../problems.js';
import { nearest } from '../suggest.js';
import { valueOf, type YamlNode } from '../yaml/yaml-node.js';
import {
  defaultNames,
  defaultPlaceholder,
  type DefaultPlace,
} from './default-placeholders.js';
import type { EnvEntry, EnvTree, EnvValue } from './env-tree.js';
import { expandText, type NamedValue, type Names } from './expander.js';
import { str } from './template-value.js';

/** A top-level key with its value. */
export interface ResolvedKey {
  readonly value: PyValue;
  readonly late: readonly string[];
}

/** What resolving needs beside the tree. */
export interface ResolveContext {
  readonly place: DefaultPlace;
  readonly problems: Problems;
  /** The file's name, for messages. */
  readonly name: string;
  readonly home: () => string | undefined;
  readonly version: () => string | undefined;
}

/** Resolves the values of one env. */
export class ResolveTree {
  readonly #tree: EnvTree;
  readonly #context: ResolveContext;
  readonly #names: Names;
  readonly #resolved = new Map<string, ResolvedKey>();
  #late = new Set<string>();

  constructor(tree: EnvTree, context: ResolveContext) {
    this.#tree = tree;
    this.#context = context;
    this.#names = {
      lookUp: (name) => this.#lookUp(name),
      explain: (name, location) => this.#explain(name, location),
      problems: context.problems,
      isLenient: true,
    };
  }

  /** All keys, those that replace a default first. */
  resolve(): ReadonlyMap<string, ResolvedKey> {
    const keys = [...this.#tree];
    const isDefault = ([key]: readonly [string, EnvEntry]): boolean =>
      defaultNames.includes(key);
    const ordered = [
      ...keys.filter(isDefault),
      ...keys.filter((one) => !isDefault(one)),
    ];
    for (const [key, entry] of ordered) {
      this.#late = new Set();
      const value = this.#value(entry.value, entry, key === 'path');
      this.#resolved.set(key, { value, late: [...this.#late].sort() });
    }
    return this.#resolved;
  }

  #lookUp(name: string): NamedValue | undefined {
    const own = this.#resolved.get(name);
    if (own !== undefined) return own;
    if (name === 'version') {
      const version = this.#context.version();
      return version === undefined
        ? undefined
        : { value: str(version), late: [] };
    }
    return defaultPlaceholder(name, this.#context.place);
  }

  #explain(name: string, location: Location): Problem {
    const later = this.#tree.get(name)?.place;
    const suggestion = nearest(name, [...this.#tree.keys(), ...defaultNames]);
    return {
      code: 'undeclared-placeholder',
      message: `Error resolving env at '${this.#context.name}': Undeclared value for placeholder '${name}'.`,
      hint:
        later !== undefined
          ? `"${name}" is set further down (line ${later.file.locate(later.range).line}): move it above this key.`
          : name === 'version'
            ? 'Set "_module" to the package whose __init__.py has __version__.'
            : suggestion === undefined
              ? `Set "${name}" above this key.`
              : `Did you mean "${suggestion}"?`,
      location,
    };
  }

  #value(value: EnvValue, entry: EnvEntry, isPath: boolean): PyValue {
    switch (value.kind) {
      case 'mapping':
        return {
          kind: 'dict',
          entries: [...value.entries].map(([key, below]) => [
            str(key),
            this.#value(below.value, below, isPath),
          ]),
        };
      case 'resolved':
        value.late.forEach((id) => this.#late.add(id));
        return value.value;
      case 'given':
        return this.#text(value.text, isPath, () => this.#placeOf(entry));
      case 'written':
        return this.#node(value.node, entry, isPath);
    }
  }

  #placeOf({ place: { file, range } }: EnvEntry): Location {
    return file.locate(range);
  }

  #node(node: YamlNode, entry: EnvEntry, isPath: boolean): PyValue {
    if (node.kind === 'sequence') {
      return {
        kind: 'list',
        items: node.items.map((item) => this.#node(item, entry, isPath)),
      };
    }
    if (node.kind === 'mapping') {
      return {
        kind: 'dict',
        entries: node.entries.map(({ key, value }) => [
          key,
          this.#node(value, entry, isPath),
        ]),
      };
    }
    if (node.text === undefined) return valueOf(node);
    const locate = (): Location => entry.place.file.locate(node.range);
    return this.#text(node.text, isPath, locate);
  }

  #text(text: string, isPath: boolean, locate: () => Location): PyValue {
    const expanded = expandText(text, this.#names, locate);
    if (expanded.kind === 'text')
      expanded.late.forEach((id) => this.#late.add(id));
    const result = expanded.kind === 'text' ? expanded.text : text;
    return isPath ? str(this.#path(result)) : castString(result);
  }

  /** As Python's `Path(text).expanduser()`. */
  #path(text: string): string {
    const home = /^~(?=\/|$)/.test(text) ? this.#context.home() : undefined;
    const expanded = home === undefined ? text : home + text.slice(1);
    const parts = expanded
      .split('/')
      .filter((part) => part !== '' && part !== '.');
    const path = (expanded.startsWith('/') ? '/' : '') + parts.join('/');
    return path === '' ? '.' : path;
  }
}
