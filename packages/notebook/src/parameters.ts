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

/**
 * The notebook with a parameters cell at its top that declares `upstream` and `product`, as a Ploomber user expects to
 * find it. A notebook that has one is returned as it is.
 */
export function withParametersCell(
  notebook: Notebook,
  language: string,
): Notebook {
  if (findParametersCell(notebook) !== undefined) {
    return notebook;
  }
  const declarations =
    language === 'r'
      ? ['upstream <- NULL', 'product <- NULL']
      : ['upstream = None', 'product = None'];
  const comment =
    '# declare the parameters of this task; their values are injected below';
  return insertAt(notebook, 0, {
    type: 'code',
    source: [comment, ...declarations].join('\n'),
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
