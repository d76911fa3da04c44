/**
 * Facts of local modules, read once: in the process by the file's identity and times, between processes by the
 * digest of its text. The parser is opened only for a text that no cache knows.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { FactsCache, PythonFacts } from '../facts.js';
import { FACTS_VERSION, openParser } from '../parse/open-parser.js';

/** What a local file says. */
export interface ModuleFacts {
  readonly facts: PythonFacts;
  /** True for a notebook kept as a script with a parameters cell: it is a task's source, never a module. */
  readonly isTaskSource: boolean;
}

/** Reads a file at the present moment; undefined when it is gone or can't be read. */
export type ReadModule = (file: string) => Promise<ModuleFacts | undefined>;

interface Remembered extends ModuleFacts {
  readonly stamp: string;
}

/** A file changed within this time may change again without a new timestamp. */
const SETTLED_MS = 2000;

const PARAMETERS_CELL =
  /^#\s*(?:%%|\+).*\btags\s*=\s*\[[^\]\n]*["']parameters["']/m;

const NOTHING: PythonFacts = {
  imports: [],
  importsAnything: false,
  paths: [],
  upstreamUse: { kind: 'subscripts', paths: [] },
};

/** Remembers facts for the life of the process. */
export function rememberModules(cache?: FactsCache): ReadModule {
  const remembered = new Map<string, Remembered>();
  return async (file) => {
    if (!/\.(?:pyw?|ipy|ipynb)$/.test(file))
      return { facts: NOTHING, isTaskSource: false };
    const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
    if (stat?.isFile() !== true) return undefined;
    const stamp = `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
    const known = remembered.get(file);
    if (known?.stamp === stamp) return known;
    const text = readModuleText(file);
    if (text === undefined) return undefined;
    const facts = await factsOf(file, text, cache);
    const isTaskSource = PARAMETERS_CELL.test(text);
    const isSettled = Date.now() - Number(stat.ctimeMs) > SETTLED_MS;
    if (isSettled) remembered.set(file, { stamp, facts, isTaskSource });
    return { facts, isTaskSource };
  };
}

async function factsOf(
  file: string,
  text: string,
  cache: FactsCache | undefined,
): Promise<PythonFacts> {
  const key = digest(file, text);
  const known = cache?.get(key);
  if (known !== undefined) return known;
  const facts = await parse(file, text);
  cache?.set(key, facts);
  return facts;
}

/** Equal texts of a notebook and a module have different facts, and so may those of another version of the parser. */
function digest(file: string, text: string): string {
  const kind = /\.ipy(?:nb)?$/.test(file) ? 'notebook' : 'module';
  return createHash('sha256')
    .update(`${kind} ${FACTS_VERSION}\n`)
    .update(text)
    .digest('hex');
}

async function parse(file: string, text: string): Promise<PythonFacts> {
  const parser = await openParser();
  if (file.endsWith('.ipynb')) return parser.analyzeCells(codeCells(text));
  return file.endsWith('.ipy')
    ? parser.analyzeCells([text])
    : parser.analyzeModule(text);
}

function readModuleText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // It went away or is not readable; Python could not import it either.
    return undefined;
  }
}

/** Code cells of a notebook file that `%run` executes; a broken one is unparsable code, so that anything may follow. */
function codeCells(text: string): readonly string[] {
  try {
    const { cells = [] } = JSON.parse(text) as {
      cells?: { cell_type?: string; source?: string | string[] }[];
    };
    return cells
      .filter((cell) => cell.cell_type === 'code')
      .map(({ source = '' }) =>
        typeof source === 'string' ? source : source.join(''),
      );
  } catch {
    return ['('];
  }
}
