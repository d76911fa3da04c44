/**
 * Editable installations: which folders and modules `.pth` files, import finders and egg links in a site-packages
 * folder add to what can be imported.
 */
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { parsePythonLiteral } from '../literal/parse-literal.js';
import { readText } from './dist-info.js';

/** Where the modules of an editable installation are. */
export interface EditableParts {
  /** Absolute folders that are import roots. */
  readonly roots: readonly string[];
  /** Top-level module -> absolute folder or file, where it is named apart from its folder. */
  readonly modules: Readonly<Record<string, string>>;
}

/** What one `.pth` or finder file adds. */
export function readEditableFile(file: string): EditableParts {
  const text = readText(file) ?? '';
  if (file.endsWith('.pth'))
    return { roots: rootsOfPth(text, path.dirname(file)), modules: {} };
  const modules = {
    ...mapping(text, 'NAMESPACES'),
    ...mapping(text, 'MAPPING'),
  };
  return { roots: [], modules };
}

/** All parts together. */
export function mergeEditable(parts: readonly EditableParts[]): EditableParts {
  return {
    roots: [...new Set(parts.flatMap(({ roots }) => roots))],
    modules: Object.assign(
      {},
      ...parts.map(({ modules }) => modules),
    ) as Record<string, string>,
  };
}

/** The usual roots of a project whose installation does not say them. */
export function rootsOfProject(project: string): readonly string[] {
  const source = path.join(project, 'src');
  return existsSync(source) ? [source, project] : [project];
}

/** Path lines; lines that begin with `import` are code. Folders inside of site-packages are no local code. */
function rootsOfPth(text: string, sitePackages: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:#|import[ \t])/.test(line))
    .map((line) => path.resolve(sitePackages, line))
    .filter(
      (root) =>
        root !== sitePackages && !root.startsWith(sitePackages + path.sep),
    );
}

/** The literal of setuptools' `MAPPING: dict[str, str] = {...}`; its values are paths, or lists of them. */
function mapping(text: string, name: string): Record<string, string> {
  const found = new RegExp(`^${name}(?::[^=\\n]*)?\\s*=\\s*(.*)$`, 'm').exec(
    text,
  );
  const literal = parsePythonLiteral(found?.[1] ?? '');
  if (!literal.ok || literal.value.kind !== 'dict') return {};
  return Object.fromEntries(
    literal.value.entries.flatMap(([module, target]) => {
      const first = target.kind === 'list' ? target.items[0] : target;
      return module.kind === 'str' && first?.kind === 'str'
        ? [[module.value, first.value] as const]
        : [];
    }),
  );
}
