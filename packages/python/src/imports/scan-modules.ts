/**
 * All modules below a folder: what a computed import may find. Leaves out what holds no modules of the project:
 * hidden folders, environments, caches, installed packages.
 */
import * as path from 'node:path';
import type { FolderView } from './folder-listings.js';

/** Far above real pipelines; a scan that reaches it has been pointed at something else, like a home folder. */
const MAX_FOLDERS = 20_000;

const SKIPPED = new Set([
  ...['__pycache__', 'node_modules', 'site-packages', 'dist-packages'],
]);

/** Absolute files of Python modules below `folder`, compiled ones included. */
export function scanModules(
  folder: string,
  view: FolderView,
): readonly string[] {
  const found: string[] = [];
  const open = [folder];
  let looked = 0;
  for (
    let next = open.pop();
    next !== undefined && looked < MAX_FOLDERS;
    next = open.pop()
  ) {
    looked += 1;
    const here = next;
    const { files, folders, compiled } = view(here);
    if (files.has('pyvenv.cfg') || SKIPPED.has(path.basename(here))) continue;
    const modules = [...files].filter((name) => name.endsWith('.py'));
    for (const name of [...modules, ...[...compiled.values()].flat()])
      found.push(path.join(here, name));
    for (const name of folders)
      if (!name.startsWith('.')) open.push(path.join(here, name));
  }
  return found;
}
