/**
 * The in-memory notebook: nbformat 4 reduced to what executing needs. Knows nothing of files, formats or kernels.
 */
import type { JsonObject } from './json.js';

/** The three kinds of cells of nbformat 4. */
export type CellType = 'code' | 'markdown' | 'raw';

/** One cell. Sources are joined text, without a trailing line break of their own unless the cell has one. */
export interface Cell {
  readonly type: CellType;
  readonly source: string;
  readonly metadata: JsonObject;
  /** nbformat >= 4.5 cell id; deterministic ids are made when writing if absent. */
  readonly id?: string;
  /** Code cells only. nbformat outputs (`stream`, `display_data`, `execute_result`, `error`), text joined. */
  readonly outputs?: readonly JsonObject[];
  readonly executionCount?: number | null;
  /** Markdown and raw cells only: mime bundles by file name, text joined. */
  readonly attachments?: JsonObject;
}

/** A notebook document (nbformat 4). */
export interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: JsonObject;
}

/** How a source was written; `ipynb` or the jupytext format of a text notebook. */
export type NotebookFormat =
  'ipynb' | 'percent' | 'hydrogen' | 'light' | 'markdown' | 'rmarkdown';
