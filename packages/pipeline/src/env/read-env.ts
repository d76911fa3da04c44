/**
 * Reads an env file into values: imports merged, overrides applied, placeholders replaced from earlier keys and from the
 * defaults, text cast. No folder is made for what stands below `path`.
 */
import { dirname, join, resolve } from 'node:path';
import { castString, type PyValue } from '@nx-notebook/python';
import { explainUnreadable } from '../build/unreadable.js';
import type { Problems } from '../problems.js';
import { resolveTaskPath } from '../task-path.js';
import type { TextFile } from '../text-file.js';
import type { WorkspaceFiles } from '../workspace-files.js';
import { readYaml } from '../yaml/read-yaml.js';
import { describe, textIn, type YamlNode } from '../yaml/yaml-node.js';
import {
  readTree,
  mergeTrees,
  overrideTree,
  type EnvTree,
} from './env-tree.js';
import { ResolveTree, type ResolvedKey } from './resolve-tree.js';
import type { DefaultPlace } from './default-placeholders.js';

/** What reading env files needs. */
export interface EnvContext {
  /** Absolute folder of the pipeline. */
  readonly folder: string;
  readonly files: WorkspaceFiles;
  readonly problems: Problems;
  readonly defaults: Omit<DefaultPlace, 'here'>;
  readonly overrides: ReadonlyMap<string, string>;
  /** Learns which overrides had a key. */
  readonly overridden: Set<string>;
}

/** The keys of an env file. */
export interface EnvContent {
  readonly tree: EnvTree;
  readonly keys: ReadonlyMap<string, ResolvedKey>;
}

/** The content, or undefined after reporting what is wrong. */
export function readEnv(
  file: TextFile,
  context: EnvContext,
  importers: readonly string[] = [],
): EnvContent | undefined {
  const { problems } = context;
  const before = problems.errorCount;
  const document = readYaml(file, problems);
  if (document === undefined) return undefined;
  if (document.kind !== 'mapping') {
    problems.error({
      code: 'env-no-mapping',
      message: `Expected object loaded from '${fileName(file, context)}' to be a dict, but it is ${describe(document)}.`,
      hint: 'Write one "key: value" a line, or remove the file.',
      location: file.locate(document.range),
    });
    return undefined;
  }
  const own = new Map(readTree(document, file, problems));
  const base = importedTree(own, file, { context, importers });
  own.delete('meta');
  const merged = base === undefined ? own : mergeTrees(base, own);
  const tree = overrideTree(merged, context.overrides, context.overridden);
  if (problems.errorCount > before) return undefined;
  const place = { ...context.defaults, here: dirname(file.path) };
  const keys = new ResolveTree(tree, {
    place,
    problems,
    name: fileName(file, context),
    home: () => context.defaults.variables.read('HOME'),
    version: () => versionOf(tree, file, context),
  }).resolve();
  return problems.errorCount > before ? undefined : { tree, keys };
}

function fileName(file: TextFile, { folder }: EnvContext): string {
  return file.path.slice(folder.length + 1);
}

interface Importing {
  readonly context: EnvContext;
  readonly importers: readonly string[];
}

/** What `meta: {import_from: ...}` brings, replaced on its own. */
function importedTree(
  own: EnvTree,
  file: TextFile,
  { context, importers }: Importing,
): EnvTree | undefined {
  const { files, problems } = context;
  const meta = own.get('meta');
  if (meta === undefined) return undefined;
  const report = (message: string, hint: string, node?: YamlNode): void => {
    problems.error({
      code: 'invalid-env-import',
      message,
      hint,
      location: file.locate(node?.range ?? meta.place.range),
    });
  };
  const example = 'Write "meta: {import_from: other.yaml}", or remove "meta".';
  if (meta.value.kind !== 'mapping') {
    report("Expected 'meta' in the env to contain a dictionary.", example);
    return undefined;
  }
  for (const [key, { place }] of meta.value.entries) {
    if (key === 'import_from') continue;
    problems.error({
      code: 'unknown-key',
      message: `The following keys aren't valid: '${key}'. Valid keys are: "import_from".`,
      hint: example,
      location: file.locate(place.range),
    });
  }
  const value = meta.value.entries.get('import_from')?.value;
  if (value?.kind !== 'written') return undefined;
  const path = textIn(value.node);
  if (path === undefined) {
    report(
      `Expected 'import_from' to contain a string, but it is ${describe(value.node)}.`,
      example,
      value.node,
    );
    return undefined;
  }
  const base = dirname(file.path);
  const resolved = resolveTaskPath({ text: path, base, folder: base }, files);
  if ('code' in resolved) {
    report(resolved.message, resolved.hint ?? example, value.node);
    return undefined;
  }
  const { absolutePath } = resolved;
  if (absolutePath === file.path || importers.includes(absolutePath)) {
    report(
      `"${path}" imports itself.`,
      'Remove one of the imports.',
      value.node,
    );
    return undefined;
  }
  const outcome = files.read(absolutePath);
  if (!outcome.ok) {
    const { message } = explainUnreadable(outcome.reason, path);
    report(
      `Expected import_from value '${path}' to be a path to a file: ${message}`,
      'Correct the path; it is relative to the folder of this file.',
      value.node,
    );
    return undefined;
  }
  const content = readEnv(outcome.file, context, [...importers, file.path]);
  return content && resolvedTree(content);
}

/** The imported tree with its final values. */
function resolvedTree({ tree, keys }: EnvContent): EnvTree {
  const convert = (
    below: EnvTree,
    value: PyValue,
    late: readonly string[],
  ): EnvTree =>
    new Map(
      [...below].map(([key, entry]) => {
        const item =
          value.kind === 'dict'
            ? value.entries.find(
                ([name]) => name.kind === 'str' && name.value === key,
              )?.[1]
            : undefined;
        const found = item ?? { kind: 'none' };
        return [
          key,
          {
            ...entry,
            value:
              entry.value.kind === 'mapping'
                ? {
                    kind: 'mapping' as const,
                    entries: convert(entry.value.entries, found, late),
                  }
                : { kind: 'resolved' as const, value: found, late },
          },
        ];
      }),
    );
  const all: [string, EnvTree][] = [...keys].map(([key, { value, late }]) => {
    const entry = tree.get(key);
    const one: EnvTree =
      entry === undefined ? new Map() : new Map([[key, entry]]);
    return [
      key,
      convert(
        one,
        { kind: 'dict', entries: [[{ kind: 'str', value: key }, value]] },
        late,
      ),
    ];
  });
  return new Map(all.flatMap(([, one]) => [...one]));
}

/** `__version__` of the package that `_module` names; nothing is imported. */
function versionOf(
  tree: EnvTree,
  file: TextFile,
  { folder, files, defaults }: EnvContext,
): string | undefined {
  const value = tree.get('_module')?.value;
  const module = value?.kind === 'written' ? textIn(value.node) : undefined;
  if (module === undefined) return undefined;
  const bases = [folder, defaults.root, join(defaults.root, 'src')];
  const candidates =
    module.replaceAll(' ', '') === '{{here}}'
      ? [dirname(file.path)]
      : bases.flatMap((base) => [
          resolve(base, module),
          join(base, ...module.split('.')),
        ]);
  for (const candidate of candidates) {
    const outcome = files.read(join(candidate, '__init__.py'));
    if (!outcome.ok) continue;
    const [, text] =
      /^__version__\s+=\s+(['"].*?['"])/m.exec(outcome.file.text) ?? [];
    const version = text === undefined ? undefined : castString(text);
    if (version?.kind === 'str') return version.value;
  }
  return undefined;
}
