/**
 * What exporting a notebook needs and this machine lacks, found before the notebook is executed: an hour of computing
 * should not end in "xelatex not found". Looks at files only; what can't be known this way is found by the export.
 */
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { TaskFailure } from '@nx-notebook/engine';
import type { NotebookSource, Product } from '@nx-notebook/pipeline';
import {
  installedDistributions,
  type PythonInterpreter,
} from '@nx-notebook/python';

/** A machine as an export sees it. */
export interface ExportMachine {
  readonly interpreter: PythonInterpreter;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** What matters of a notebook. */
type ExportedSource = Pick<NotebookSource, 'notebook' | 'exportOptions'>;

/** Exporters that hand Markdown to pandoc. */
const withPandoc = new Set(['asciidoc', 'latex', 'pdf', 'rst']);

/** Exporters that print by a browser. */
const withBrowser = new Set(['webpdf', 'qtpdf', 'qtpng']);

/** Why the exports of a task can't succeed; nothing where they may. */
export function exportProblem(
  source: ExportedSource,
  products: readonly Product[],
  machine: ExportMachine,
): TaskFailure | undefined {
  for (const { path, exporter } of products) {
    if (exporter === undefined) continue;
    const need = missingNeed(source, exporter, machine);
    if (need === undefined) continue;
    return {
      reason: 'execution-failed',
      cause: 'export-impossible',
      message: `${path} can't be made: ${need.what}`,
      hint: need.hint,
      detail: [],
    };
  }
  return undefined;
}

interface Need {
  readonly what: string;
  readonly hint: string;
}

function missingNeed(
  source: ExportedSource,
  exporter: string,
  machine: ExportMachine,
): Need | undefined {
  const { interpreter } = machine;
  if (!hasModule('nbconvert', machine))
    return {
      what: `nbconvert is not installed in ${interpreter.path}.`,
      hint: 'Install it: pip install nbconvert',
    };
  return (
    unknownExporter(exporter, interpreter) ??
    missingPandoc(source, exporter, machine) ??
    missingTex(source, exporter, machine) ??
    missingBrowser(exporter, machine)
  );
}

function unknownExporter(
  exporter: string,
  { sitePackages }: PythonInterpreter,
): Need | undefined {
  const known = exporterNames(sitePackages);
  // A dotted name is a class; without any name the metadata of nbconvert was not found.
  const isKnown =
    known.length === 0 ||
    exporter.includes('.') ||
    ['ipynb', 'md'].includes(exporter) ||
    known.includes(exporter.toLowerCase());
  return isKnown
    ? undefined
    : {
        what: `'${exporter}' is not a valid 'nbconvert_exporter_name' value.`,
        hint: `Choose one from: ${known.join(', ')}.`,
      };
}

function missingPandoc(
  { notebook }: ExportedSource,
  exporter: string,
  machine: ExportMachine,
): Need | undefined {
  const hasText = notebook.cells.some(
    ({ type, source }) => type === 'markdown' && source.trim() !== '',
  );
  return withPandoc.has(exporter) && hasText && !hasProgram('pandoc', machine)
    ? {
        what: `nbconvert's ${exporter} needs the program pandoc.`,
        hint: 'Install pandoc: https://pandoc.org/installing.html',
      }
    : undefined;
}

function missingTex(
  { exportOptions }: ExportedSource,
  exporter: string,
  machine: ExportMachine,
): Need | undefined {
  const own = exportOptions.some(({ name }) => name === 'latex_command');
  return exporter === 'pdf' && !own && !hasProgram('xelatex', machine)
    ? {
        what: "nbconvert's pdf needs the program xelatex.",
        hint: 'Install a TeX with xelatex (on Debian: apt-get install texlive-xetex), or set nbconvert_exporter_name: webpdf, which needs no TeX.',
      }
    : undefined;
}

function missingBrowser(
  exporter: string,
  machine: ExportMachine,
): Need | undefined {
  if (!withBrowser.has(exporter)) return undefined;
  const isWeb = exporter === 'webpdf';
  const modules = isWeb
    ? ['playwright', 'pyppeteer']
    : ['PyQtWebEngine', 'PyQt5', 'PyQt6', 'PySide2', 'PySide6'];
  if (modules.some((module) => hasModule(module, machine))) return undefined;
  return {
    what: `nbconvert's ${exporter} needs ${isWeb ? 'playwright' : 'Qt'}.`,
    hint: isWeb
      ? 'Install it: pip install "nbconvert[webpdf]" && playwright install chromium'
      : `Install it: pip install "nbconvert[${exporter}]"`,
  };
}

function hasModule(
  name: string,
  { interpreter, variables }: ExportMachine,
): boolean {
  const more = (variables['PYTHONPATH'] ?? '').split(delimiter);
  const folders = [...interpreter.sitePackages, ...more];
  // An interpreter whose packages are not known may have anything.
  if (interpreter.sitePackages.length === 0) return true;
  return (
    folders.some(
      (folder) =>
        folder !== '' &&
        (existsSync(join(folder, name)) ||
          existsSync(join(folder, `${name}.py`))),
    ) || installedDistributions(interpreter.sitePackages).owners.has(name)
  );
}

/** On PATH, or beside the interpreter, as in an environment of conda. */
function hasProgram(
  name: string,
  { interpreter, variables }: ExportMachine,
): boolean {
  const windows = process.platform === 'win32';
  const folders = (variables['PATH'] ?? variables['Path'] ?? '').split(
    delimiter,
  );
  return [...folders, dirname(interpreter.path)].some((folder) =>
    (windows ? [`${name}.exe`, `${name}.bat`, `${name}.cmd`] : [name]).some(
      (file) => folder !== '' && isProgram(join(folder, file)),
    ),
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The names that installed distributions give to exporters, sorted. */
function exporterNames(sitePackages: readonly string[]): readonly string[] {
  const names = sitePackages.flatMap((folder) =>
    entriesOf(folder)
      .filter((entry) => /\.(dist|egg)-info$/.test(entry))
      .flatMap((entry) => exportersOf(join(folder, entry, 'entry_points.txt'))),
  );
  return [...new Set(names)].sort();
}

function exportersOf(path: string): readonly string[] {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // Most distributions have no entry points.
    return [];
  }
  const section = /^\[nbconvert\.exporters\]\s*\n((?:(?!\[).*\n?)*)/m.exec(
    text,
  );
  return [...(section?.[1] ?? '').matchAll(/^\s*([^#=\s][^=]*?)\s*=/gm)].map(
    (found) => found[1] ?? '',
  );
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
