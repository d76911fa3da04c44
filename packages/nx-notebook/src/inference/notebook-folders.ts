/**
 * The option `notebooks`: folders and globs of notebooks without a yaml become lists of files. Looks at names only;
 * hidden folders and node_modules are not entered.
 */
import { readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { toSlashes } from './glob.js';

/** The notebooks that make one project. */
export interface NotebookFolder {
  /** Relative to the workspace, with slashes; `.` for its root. */
  readonly root: string;
  /** The entries of the option, as written. */
  readonly entries: readonly string[];
  /** Relative to the workspace, sorted. */
  readonly files: readonly string[];
}

/** What is taken for a notebook. */
const extensions = ['.ipynb', '.py', '.R', '.r', '.Rmd'];

/** Where an entry that is a glob begins. */
const globCharacters = /[*?[\]{}()!]/;

/** One project for each folder that an entry names or begins in. */
export async function findNotebooks(
  entries: readonly string[],
  workspaceRoot: string,
): Promise<readonly NotebookFolder[]> {
  const folders = new Map<string, { entries: string[]; files: Set<string> }>();
  for (const entry of entries) {
    const pattern = posix.normalize(toSlashes(entry));
    const root = rootOf(pattern);
    const folder = folders.get(root) ?? { entries: [], files: new Set() };
    folders.set(root, folder);
    folder.entries.push(entry);
    for (const file of await filesOf(pattern, root, workspaceRoot))
      folder.files.add(file);
  }
  return [...folders].map(([root, folder]) => ({
    root,
    entries: folder.entries,
    files: [...folder.files].sort(),
  }));
}

function rootOf(pattern: string): string {
  if (!globCharacters.test(pattern)) return pattern;
  const parts = pattern.split('/');
  const first = parts.findIndex((part) => globCharacters.test(part));
  return first === 0 ? '.' : parts.slice(0, first).join('/');
}

async function filesOf(
  pattern: string,
  root: string,
  workspaceRoot: string,
): Promise<readonly string[]> {
  const found =
    pattern === root
      ? listFolder(join(workspaceRoot, root)).map((name) =>
          posix.join(root, name),
        )
      : await matching(pattern, workspaceRoot);
  return found.filter(isNotebook);
}

/** What a failed run leaves beside a product is no source. */
function isNotebook(path: string): boolean {
  return (
    extensions.includes(posix.extname(path)) && !path.endsWith('.failed.ipynb')
  );
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // A folder that is not there has no notebooks: loading it says so.
    return [];
  }
}

/** Loaded only for who uses it. */
async function matching(pattern: string, cwd: string): Promise<string[]> {
  const { glob } = await import('tinyglobby');
  return await glob(pattern, {
    cwd,
    expandDirectories: false,
    ignore: ['**/node_modules/**'],
  });
}
