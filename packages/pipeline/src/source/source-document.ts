/**
 * A notebook or script as a pipeline needs it: cells without stale injected ones, always with a parameters cell, and
 * what that cell assigns. One document serves all tasks of the same source.
 */
import {
  findParametersCell,
  isTagged,
  removeInjectedCells,
  withParametersCell,
  type Cell,
  type ExtractedName,
  type Location,
  type Notebook,
} from '@nx-notebook/notebook';
import type {
  Assignment,
  CellPosition,
  ConvertNotebook,
  FactsCache,
  PythonFacts,
} from '@nx-notebook/python';
import type { Problems } from '../problems.js';
import type { TextFile } from '../text-file.js';
import { readAssignments, readFacts } from './code-reader.js';
import { readRAssignments } from './r-assignments.js';
import { readSource, type ReadSource } from './read-source.js';

/** What was read from one source file. */
export interface SourceDocument {
  readonly file: TextFile;
  readonly format: ReadSource['format'];
  readonly language: 'python' | 'r';
  readonly kernelName?: string;
  readonly notebook: Notebook;
  /** Index of the parameters cell in `notebook`. */
  readonly parametersCell: number;
  /** False when the parameters cell was made in memory. */
  readonly hasOwnParametersCell: boolean;
  /** What the parameters cell assigns, in order. */
  readonly assignments: readonly Assignment[];
  readonly facts?: PythonFacts;
  /** Where a place in the parameters cell stands in the file. */
  readonly locate: (position: Assignment['position']) => Location;
  /** Where a place in the code stands in the file; cells are counted among the code cells. */
  readonly locateCode: (position: CellPosition) => Location;
}

/** What reading depends on. */
export interface DocumentContext {
  readonly problems: Problems;
  readonly facts: FactsCache | undefined;
  /** For formats that only jupytext reads. */
  readonly convert: ConvertNotebook | undefined;
  /** What a parameters cell that has to be made declares. */
  readonly extracted: readonly ExtractedName[];
}

/** The document, or undefined after reporting why there is none. */
export async function readDocument(
  file: TextFile,
  { problems, facts, convert, extracted }: DocumentContext,
): Promise<SourceDocument | undefined> {
  const read = await readSource(file, { problems, convert });
  if (read === undefined) return undefined;
  problems.add(...read.warnings);
  const language = languageOf(read, file, problems);
  if (language === undefined) return undefined;
  const ownCell = findParametersCell(read.notebook);
  const clean = removeInjectedCells(read.notebook);
  const notebook = withParametersCell(clean, language, extracted);
  const parametersCell = findParametersCell(notebook) ?? 0;
  const cell = notebook.cells[parametersCell];
  const locate = (position: Assignment['position']): Location =>
    ownCell === undefined
      ? file.firstLine
      : read.locate({ ...position, cell: ownCell });
  if (!checkCells(clean, { file, problems, locate, extracted }))
    return undefined;
  const source = cell?.source ?? '';
  const isPython = language === 'python';
  return {
    file,
    format: read.format,
    language,
    ...(read.kernelName === undefined ? {} : { kernelName: read.kernelName }),
    notebook,
    parametersCell,
    hasOwnParametersCell: ownCell !== undefined,
    assignments: isPython
      ? await readAssignments(source)
      : readRAssignments(source),
    ...(isPython ? { facts: await readFacts(notebook, facts) } : {}),
    locate,
    locateCode: (position) => {
      const cells = notebook.cells.filter(({ type }) => type === 'code');
      const code = cells[position.cell];
      const index = code === undefined ? -1 : read.notebook.cells.indexOf(code);
      return index < 0
        ? file.firstLine
        : read.locate({ ...position, cell: index });
    },
  };
}

function languageOf(
  read: ReadSource,
  file: TextFile,
  problems: Problems,
): SourceDocument['language'] | undefined {
  const { language } = read;
  if (language === 'python' || language === 'r') return language;
  problems.error({
    code: 'not-supported-yet',
    message: `Notebooks in ${language} are not supported yet.`,
    hint: 'Notebooks are in Python or R.',
    location: file.firstLine,
  });
  return undefined;
}

interface CheckContext {
  readonly file: TextFile;
  readonly problems: Problems;
  readonly locate: SourceDocument['locate'];
  readonly extracted: readonly ExtractedName[];
}

/**
 * Something must come after the parameters cell: what uses the parameters. False if there is nothing in which
 * parameters could be looked for.
 */
function checkCells(notebook: Notebook, context: CheckContext): boolean {
  const { problems, locate } = context;
  const location = locate({ cell: 0, line: 1, column: 1, length: Infinity });
  const isFilled = (cell: Cell): boolean => cell.source.trim() !== '';
  const index = findParametersCell(notebook);
  if (index === undefined) {
    return checkUntagged(notebook.cells.some(isFilled), context);
  }
  const type = notebook.cells[index]?.type ?? 'code';
  if (type !== 'code') {
    problems.error({
      code: 'parameters-cell-no-code',
      message: `The cell tagged "parameters" is a ${type} cell.`,
      hint: 'Make it a code cell, or move the tag to one.',
      location,
    });
    return false;
  }
  if (!notebook.cells.slice(index + 1).some(isFilled)) {
    problems.error({
      code: 'parameters-cell-last',
      message:
        'Nothing uses the parameters: the last cell in the script is the parameters cell.',
      hint: 'Add a cell below it; start it with "# %%" in a percent script.',
      location,
    });
  }
  if (
    notebook.cells.filter((cell) => isTagged(cell, 'parameters')).length > 1
  ) {
    problems.warning({
      code: 'several-parameters-cells',
      message: 'Several cells are tagged "parameters"; the first one is used.',
      hint: 'Remove the tag from the others.',
      location,
    });
  }
  return true;
}

function checkUntagged(
  hasContent: boolean,
  { file, problems, extracted }: CheckContext,
): boolean {
  const location = file.firstLine;
  if (!hasContent) {
    problems.error({
      code: 'empty-source',
      message: 'There is no code in this file.',
      hint: 'Write a notebook, or remove the task.',
      location,
    });
    return false;
  }
  const consequence = extracted.includes('upstream')
    ? 'so the task has no upstream'
    : 'so one is added in memory';
  problems.warning({
    code: 'no-parameters-cell',
    message: `There is no cell tagged "parameters", ${consequence}.`,
    hint: taggingHint(file.path),
    location,
  });
  return true;
}

function taggingHint(path: string): string {
  const start =
    'Start the cell with the defaults of its parameters with the line:';
  if (path.endsWith('.ipynb'))
    return 'Give the cell with the defaults of its parameters the tag "parameters".';
  if (path.endsWith('.md')) return `${start} \`\`\`python tags=["parameters"]`;
  return path.endsWith('.Rmd')
    ? `${start} \`\`\`{r tags=c("parameters")}`
    : `${start} # %% tags=["parameters"]`;
}
