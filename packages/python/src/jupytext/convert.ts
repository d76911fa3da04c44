/**
 * Notebook formats that are not read here (MyST, Sphinx-Gallery, marimo, ...) become .ipynb through the Python package
 * jupytext of the task's own interpreter. It is started once for a content and never runs it; what came out is kept by
 * the digest of the file. Knows no pipeline.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import type { PythonLookup } from '../environment/find-python.js';

/** A text notebook in a format that only jupytext reads. */
export interface ForeignNotebook {
  /** Absolute; its extension belongs to the format. */
  readonly path: string;
  readonly text: string;
}

/** The notebook as the JSON of an .ipynb, or one sentence why there is none, and the next step. */
export type Conversion =
  | { readonly ok: true; readonly ipynb: string }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** Converts one notebook. Never rejects. */
export type ConvertNotebook = (
  notebook: ForeignNotebook,
) => Promise<Conversion>;

/** What converting needs. */
export interface ConverterOptions {
  /** The interpreter for a folder; asked only when a conversion is not known yet. */
  readonly python: (folder: string) => Promise<PythonLookup>;
  /** Absolute folder for conversions; nothing is kept without it. */
  readonly cacheFolder?: string;
}

/** Bumped when another conversion is wanted of the same text. */
const CONVERSION_VERSION = 1;

/** A conversion takes half a second, most of it imports. */
const TIMEOUT_MS = 60_000;

/**
 * `-I` keeps the working directory and PYTHONPATH out, so that no file of the workspace is imported. The text comes by
 * standard input, and the extension says which formats are meant, as with a file.
 */
const PROGRAM = `
import sys
try:
    import jupytext
except ImportError:
    print("no-jupytext")
    sys.exit(3)
import nbformat
text = sys.stdin.buffer.read().decode("utf-8")
try:
    notebook = jupytext.reads(text, fmt={"extension": sys.argv[1]})
    notebook.metadata.pop("jupytext", None)
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        cell.pop("id", None)  # Random.
        for name in ("lines_to_next_cell", "lines_to_end_of_cell_marker", "cell_marker"):
            cell.metadata.pop(name, None)
    answer = nbformat.writes(notebook, version=4)
except Exception as error:
    said = " ".join(str(error).split())[:300]
    sys.stderr.write("%s: %s" % (type(error).__name__, said))
    sys.exit(4)
sys.stdout.buffer.write(answer.encode("utf-8"))
`;

/** Opens a converter; nothing is started before the first notebook. */
export function openConverter(options: ConverterOptions): ConvertNotebook {
  const running = new Map<string, Promise<Conversion>>();
  return (notebook) => {
    const digest = digestOf(notebook);
    const known = running.get(digest) ?? convertOnce(notebook, digest, options);
    running.set(digest, known);
    return known;
  };
}

function digestOf({ path: file, text }: ForeignNotebook): string {
  return createHash('sha256')
    .update(`jupytext ${CONVERSION_VERSION} ${path.extname(file)}\n`)
    .update(text)
    .digest('hex');
}

async function convertOnce(
  notebook: ForeignNotebook,
  digest: string,
  { python, cacheFolder }: ConverterOptions,
): Promise<Conversion> {
  const file =
    cacheFolder === undefined
      ? undefined
      : path.join(cacheFolder, 'nx-notebook-converted', `${digest}.ipynb`);
  const kept = file === undefined ? undefined : readKept(file);
  if (kept !== undefined) return { ok: true, ipynb: kept };
  const lookup = await python(path.dirname(notebook.path));
  if (!lookup.ok) return lookup;
  const converted = await convert(notebook, lookup.interpreter.path);
  if (converted.ok && file !== undefined) keep(file, converted.ipynb);
  return converted;
}

function convert(
  { path: file, text }: ForeignNotebook,
  interpreter: string,
): Promise<Conversion> {
  return new Promise((resolve) => {
    const child = execFile(
      interpreter,
      ['-I', '-c', PROGRAM, path.extname(file)],
      { timeout: TIMEOUT_MS, maxBuffer: 256 * 1024 * 1024 },
      (error, stdout, stderr) => {
        resolve(
          error === null
            ? { ok: true, ipynb: stdout }
            : explain({ code: error.code, stdout, stderr, error, interpreter }),
        );
      },
    );
    // One that ends before it has read everything says why by its exit code.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(text);
  });
}

function explain({
  code,
  stdout,
  stderr,
  error,
  interpreter,
}: {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
  readonly error: Error;
  readonly interpreter: string;
}): Conversion & { readonly ok: false } {
  if (code === 3 && stdout.trim() === 'no-jupytext') {
    return {
      ok: false,
      message: `only the Python package jupytext reads it, which ${interpreter} does not have`,
      hint: `Install it: ${interpreter} -m pip install jupytext`,
    };
  }
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return {
    ok: false,
    message: `jupytext can't read it: ${said === '' ? error.message : said}`,
    hint: 'Convert it with "jupytext --to py:percent" or "jupytext --to ipynb".',
  };
}

/** A file that was cut is no notebook; then it is converted again. */
function readKept(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}

function keep(file: string, ipynb: string): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}`;
    writeFileSync(temporary, ipynb);
    renameSync(temporary, file);
  } catch {
    // A read-only or full disk: the next process converts again.
  }
}
