/**
 * What placeholders in a pipeline stand for: the values of its env file, and the defaults. Replaces them in documents,
 * remembers which were used, and tells where a value comes from.
 */
import { relative, sep } from 'node:path';
import type { Diagnostic, Location } from '@nx-notebook/notebook';
import { castString, type PyValue } from '@nx-notebook/python';
import type { LoadOptions } from '../pipeline.js';
import type { Problem, Problems } from '../problems.js';
import { nearest } from '../suggest.js';
import type { TextFile, TextRange } from '../text-file.js';
import type { WorkspaceFiles } from '../workspace-files.js';
import { nodeOf, type YamlNode, type YamlScalar } from '../yaml/yaml-node.js';
import {
  defaultNames,
  defaultPlaceholder,
  Variables,
  type DefaultPlace,
} from './default-placeholders.js';
import { leavesOf, type EnvTree } from './env-tree.js';
import { expandText, type NamedValue, type Names } from './expander.js';
import { findEnvFile } from './find-env-file.js';
import { readEnv, type EnvContent } from './read-env.js';

/** What the environment of a pipeline depends on. */
export interface EnvironmentQuery {
  /** pipeline.yaml. */
  readonly pipelineFile: TextFile;
  readonly folder: string;
  readonly root: string;
  readonly files: WorkspaceFiles;
  readonly problems: Problems;
  readonly options: LoadOptions;
}

interface Replaced {
  readonly file: TextFile;
  readonly range: TextRange;
  readonly text: string;
  readonly names: ReadonlySet<string>;
}

const nothing: EnvContent = { tree: new Map(), keys: new Map() };

/** The environment of one pipeline. */
export class Environment {
  readonly #query: EnvironmentQuery;
  readonly #variables: Variables;
  readonly #place: DefaultPlace;
  readonly #content: EnvContent;
  readonly #used = new Set<string>();
  readonly #replaced: Replaced[] = [];
  readonly #defaults = new Map<string, NamedValue | undefined>();

  constructor(query: EnvironmentQuery) {
    this.#query = query;
    const { folder, root, options, files, problems } = query;
    this.#variables = new Variables(options.variables ?? {});
    this.#place = {
      here: folder,
      root,
      cwd: folder,
      variables: this.#variables,
      late: options.late ?? new Map<string, PyValue>(),
    };
    const file = findEnvFile({
      ...query,
      environment: options.environment,
      fileName: this.#variables.read('PLOOMBER_ENV_FILENAME'),
    });
    const given = options.overrides ?? new Map<string, string>();
    const overridden = new Set<string>();
    const content =
      file === undefined
        ? nothing
        : (readEnv(file, {
            folder,
            files,
            problems,
            defaults: this.#place,
            overrides: given,
            overridden,
          }) ?? nothing);
    this.#content = this.#withDefaults(content, given, overridden);
    this.#checkOverrides(content.tree, given, overridden);
  }

  /** Names of the environment variables that were read, sorted. */
  get variables(): readonly string[] {
    return this.#variables.names;
  }

  /** A document with its placeholders replaced; parts without any are kept as they are. */
  expand(root: YamlNode, file: TextFile): YamlNode {
    const names: Names = {
      lookUp: (name) => this.#lookUp(name),
      explain: (name, location) => this.#explain(name, location),
      problems: this.#query.problems,
      isLenient: false,
    };
    const known = new Map<YamlNode, YamlNode>();
    const visit = (node: YamlNode): YamlNode => {
      if (node.kind === 'scalar') return this.#scalar(node, file, names);
      const before = known.get(node);
      if (before !== undefined) return before;
      const after = mapChildren(node, visit);
      known.set(node, after);
      return after;
    };
    return visit(root);
  }

  #scalar(node: YamlScalar, file: TextFile, names: Names): YamlNode {
    const { text, range } = node;
    if (text === undefined || !text.includes('{')) return node;
    const expanded = expandText(text, names, () => file.locate(range));
    if (expanded.kind === 'failed') return node;
    const result = expanded.kind === 'text' ? expanded.text : text;
    if (expanded.kind === 'text') {
      expanded.names.forEach((name) => this.#used.add(name));
      this.#replaced.push({ file, range, text, names: expanded.names });
    }
    const cast = nodeOf(castString(result), range);
    const late =
      expanded.kind === 'text' && expanded.late.length > 0
        ? { late: expanded.late }
        : {};
    return cast.kind === 'scalar'
      ? { ...cast, text: result, ...late }
      : { ...cast, ...late };
  }

  #lookUp(name: string): NamedValue | undefined {
    const own = this.#content.keys.get(name);
    if (own !== undefined) return own;
    if (!this.#defaults.has(name))
      this.#defaults.set(name, defaultPlaceholder(name, this.#place));
    return this.#defaults.get(name);
  }

  #explain(name: string, location: Location): Problem {
    const { keys } = this.#content;
    const suggestion = nearest(name, [...keys.keys(), ...defaultNames]);
    return {
      code: 'undefined-placeholder',
      message: `Error replacing placeholders: {{${name}}}: Ensure the placeholder is defined in the env.`,
      hint:
        suggestion !== undefined
          ? `Did you mean "${suggestion}"?`
          : keys.size === 0
            ? `Write "${name}: ..." into a file env.yaml beside pipeline.yaml.`
            : `Add "${name}: ..." to the env file.`,
      location,
    };
  }

  /** A default may be given for a run, too. */
  #withDefaults(
    content: EnvContent,
    given: ReadonlyMap<string, string>,
    overridden: Set<string>,
  ): EnvContent {
    const keys = new Map(content.keys);
    for (const [name, text] of given) {
      if (overridden.has(name) || !defaultNames.includes(name)) continue;
      overridden.add(name);
      keys.set(name, { value: castString(text), late: [] });
    }
    return { ...content, keys };
  }

  #checkOverrides(
    tree: EnvTree,
    given: ReadonlyMap<string, string>,
    overridden: ReadonlySet<string>,
  ): void {
    const names = [...leavesOf(tree), ...defaultNames];
    for (const name of given.keys()) {
      if (overridden.has(name)) continue;
      const suggestion = nearest(name, names);
      this.#query.problems.error({
        code: 'unknown-override',
        message: `The env has no value "${name}" that could be replaced for this run. Its values are: ${names.join(', ')}.`,
        hint:
          suggestion === undefined
            ? 'Correct the name; a key below another one is written after a dot.'
            : `Did you mean "${suggestion}"?`,
        location: this.#query.pipelineFile.firstLine,
      });
    }
  }

  /** Warns of keys that nothing uses. */
  reportUnused(): void {
    const { tree } = this.#content;
    const used = new Set([...this.#used, ...namesWithin(tree)]);
    for (const [key, { place }] of tree) {
      if (key === '_module' || used.has(key)) continue;
      this.#query.problems.warning({
        code: 'unused-env-key',
        message: `The following placeholders are declared in the environment but unused in the spec: '${key}'.`,
        hint: 'Remove it, or use it in pipeline.yaml.',
        location: place.file.locate(place.range),
      });
    }
  }

  /** A diagnostic that also says where the value comes from. */
  explain(diagnostic: Diagnostic): Diagnostic {
    const { location, hint } = diagnostic;
    if (location === undefined) return diagnostic;
    const replaced = this.#replaced.find(({ file, range }) => {
      const { line, column } = file.locate(range);
      return (
        file.path === location.file &&
        line === location.line &&
        column === location.column
      );
    });
    const origins = replaced && this.#origins(replaced);
    if (origins === undefined || origins === '') return diagnostic;
    return { ...diagnostic, hint: [hint, origins].filter(Boolean).join(' ') };
  }

  #origins({ text, names }: Replaced): string {
    const { tree } = this.#content;
    return [...names]
      .flatMap((name) => {
        const [written = name] =
          new RegExp(`\\b${name}(?:\\.\\w+)*`).exec(text) ?? [];
        const found = placeIn(tree, written.split('.'));
        if (found === undefined) return [];
        const { file, range } = found;
        const { line, column } = file.locate(range);
        const path = relative(this.#query.folder, file.path);
        return [
          `The value of "${written}" comes from ${path.split(sep).join('/')}:${line}:${column}.`,
        ];
      })
      .join(' ');
  }
}

function mapChildren(
  node: Exclude<YamlNode, YamlScalar>,
  visit: (child: YamlNode) => YamlNode,
): YamlNode {
  if (node.kind === 'sequence') {
    const items = node.items.map(visit);
    const isSame = items.every((item, index) => item === node.items[index]);
    return isSame ? node : { ...node, items };
  }
  const entries = node.entries.map((entry) => {
    const value = visit(entry.value);
    return value === entry.value ? entry : { ...entry, value };
  });
  const isSame = entries.every((entry, index) => entry === node.entries[index]);
  return isSame ? node : { ...node, entries };
}

function placeIn(
  tree: EnvTree,
  [first = '', ...rest]: readonly string[],
): { readonly file: TextFile; readonly range: TextRange } | undefined {
  const entry = tree.get(first);
  const deeper =
    entry?.value.kind === 'mapping' && rest.length > 0
      ? placeIn(entry.value.entries, rest)
      : undefined;
  return deeper ?? entry?.place;
}

/** Words in the values of an env: a key that another one uses is no mistake. */
function namesWithin(tree: EnvTree): readonly string[] {
  const wordsOf = (node: YamlNode): readonly string[] => {
    if (node.kind === 'sequence') return node.items.flatMap(wordsOf);
    if (node.kind === 'mapping')
      return node.entries.flatMap(({ value }) => wordsOf(value));
    const { text = '' } = node;
    return text.includes('{') ? (text.match(/[A-Za-z_]\w*/g) ?? []) : [];
  };
  return [...tree.values()].flatMap(({ value }) => {
    if (value.kind === 'mapping') return namesWithin(value.entries);
    return value.kind === 'written' ? wordsOf(value.node) : [];
  });
}
