/**
 * The parameters cell and the injected cell, as Ploomber and papermill place them. All functions return new notebooks.
 */
import type { JsonValue } from './json.js';
import type { Cell, Notebook } from './notebook.js';

const parametersTag = 'parameters';
const injectedTag = 'injected-parameters';

/** Whether the cell carries a tag. */
export function isTagged(cell: Cell, tag: string): boolean {
  const tags: JsonValue | undefined = cell.metadata['tags'];
  return Array.isArray(tags) && tags.includes(tag);
}

/** Index of the first cell tagged `parameters`. */
export function findParametersCell(notebook: Notebook): number | undefined {
  const index = notebook.cells.findIndex((cell) =>
    isTagged(cell, parametersTag),
  );
  return index < 0 ? undefined : index;
}

/** A variable of the parameters cell that is read from the source instead of pipeline.yaml. */
export type ExtractedName = 'upstream' | 'product';

const declarations: Readonly<Record<ExtractedName, string>> = {
  upstream: '# tasks whose products this task reads, for example ["load"]',
  product: '# files that this task writes, for example {"nb": "out/fit.ipynb"}',
};

/**
 * The notebook with a parameters cell at its top that declares what is extracted from the source (as Ploomber writes
 * it; by default `upstream` alone). A notebook that has one is returned as it is.
 */
export function withParametersCell(
  notebook: Notebook,
  language: string,
  extracted: readonly ExtractedName[] = ['upstream'],
): Notebook {
  if (findParametersCell(notebook) !== undefined) {
    return notebook;
  }
  const nothing = language === 'r' ? '<- NULL' : '= None';
  const lines = extracted.flatMap((name) => [
    declarations[name],
    `${name} ${nothing}`,
  ]);
  const source =
    lines.length === 0
      ? '# default values of the parameters of this task'
      : lines.join('\n');
  return insertAt(notebook, 0, {
    type: 'code',
    source,
    metadata: { tags: [parametersTag] },
    outputs: [],
    executionCount: null,
  });
}

/** The notebook without any cell tagged `injected-parameters`, whoever injected it. */
export function removeInjectedCells(notebook: Notebook): Notebook {
  return {
    ...notebook,
    cells: notebook.cells.filter((cell) => !isTagged(cell, injectedTag)),
  };
}

/**
 * The notebook with one injected cell of this source: directly after the parameters cell, at the top if there is none.
 * Cells injected before are replaced.
 */
export function inject(notebook: Notebook, source: string): Notebook {
  const clean = removeInjectedCells(notebook);
  const parametersCell = findParametersCell(clean);
  const index = parametersCell === undefined ? 0 : parametersCell + 1;
  return insertAt(clean, index, {
    type: 'code',
    source,
    metadata: { tags: [injectedTag] },
    outputs: [],
    executionCount: null,
  });
}

function insertAt(notebook: Notebook, index: number, cell: Cell): Notebook {
  return { ...notebook, cells: notebook.cells.toSpliced(index, 0, cell) };
}
