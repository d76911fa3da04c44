/** Public surface of @nx-notebook/notebook. */
export type * from './json.js';
export type * from './diagnostic.js';
export type * from './notebook.js';
export * from './result.js';
export { locationAt } from './location.js';
export { locateInCell, type CellPlace } from './locate-in-cell.js';
export {
  renderDiagnostic,
  renderDiagnostics,
  type RenderOptions,
} from './render-diagnostic.js';
export { parseJson, type JsonError } from './parse-json.js';
export { stringifyJson, type JsonFormat } from './stringify-json.js';
export {
  readNotebook,
  type NotebookFile,
  type ReadNotebook,
} from './read-notebook.js';
export {
  findParametersCell,
  inject,
  isTagged,
  removeInjectedCells,
  withParametersCell,
  type ExtractedName,
} from './parameters.js';
export { cellsDigest } from './cells-digest.js';
export { notebookChunks, writeNotebook } from './write-notebook.js';
export { normaliseExecuted } from './normalise-executed.js';
