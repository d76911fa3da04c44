/**
 * Cells that take part in a notebook or in a script only: tags `active-ipynb`, `active-py-md` or `active="ipynb,py"`.
 */
import type { CellMetadata } from './cell-options.js';

/** Whether a cell is active in files of an extension (without its dot); `byDefault` if nothing is said. */
export function isActive(
  extension: string,
  metadata: CellMetadata,
  byDefault = true,
): boolean {
  const control = metadata['run_control'];
  if (typeof control === 'object' && control !== null && 'frozen' in control) {
    if (control['frozen'] === true) {
      return extension === 'ipynb';
    }
  }
  const tags = metadata['tags'];
  for (const tag of Array.isArray(tags) ? (tags as unknown[]) : []) {
    if (typeof tag === 'string' && tag.startsWith('active-')) {
      return tag.split('-').includes(extension);
    }
  }
  const active = metadata['active'];
  return typeof active === 'string'
    ? active.split(/[.,]/).includes(extension)
    : byDefault;
}
