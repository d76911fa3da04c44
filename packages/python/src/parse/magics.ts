/**
 * IPython's additions to Python: `%magic`, `%%magic`, `!command`, `x = !command`, `x = %magic`, `name?`. They are
 * replaced by Python of the same number of lines, and listed for those who want to know what they run.
 */
import {
  beginsLogicalLine,
  NOTHING_OPEN,
  scanLine,
  type OpenText,
} from './logical-lines.js';

/** One addition, as written. */
export interface Magic {
  readonly kind: 'line' | 'cell' | 'shell' | 'help';
  /** Without percent signs; empty for shell commands and help. */
  readonly name: string;
  /** What follows the name, joined lines included. */
  readonly text: string;
  /** The rest of the cell; only for cell magics. */
  readonly body: string;
}

/** A cell as plain Python, and what was taken out of it. */
export interface PlainCell {
  readonly code: string;
  readonly magics: readonly Magic[];
}

/** Magics whose argument or body is Python that runs in the notebook's namespace. */
const PYTHON_MAGICS = new Set([
  ...['time', 'timeit', 'prun', 'capture', 'debug', 'memit', 'lprun', 'mprun'],
  ...['python', 'python3', 'pypy'],
]);

/** Cell magics whose body certainly is not Python. */
const FOREIGN_MAGICS = new Set([
  ...['bash', 'sh', 'script', 'system', 'sx', '!', 'cmd', 'perl', 'ruby'],
  ...['html', 'HTML', 'svg', 'SVG', 'latex', 'markdown', 'javascript', 'js'],
  ...['writefile', 'file', 'R', 'sql', 'bigquery', 'cypher'],
]);

const CELL_MAGIC = /^%%(\S+)[ \t]*(.*)$/;
const LINE_MAGIC = /^(\s*)%([a-zA-Z_][\w.]*)(?![\w.])(.*)$/;
const SHELL = /^(\s*)(!!?)(.*)$/;
const ASSIGNED = /^(\s*[\p{L}_][\p{L}\p{N}_.,\s[\]'"*]*=\s*)([!%])(.+)$/u;
const HELP =
  /^(\s*)(?:\?\??\s*[%\p{L}_*].*|[%\p{L}_*][%\p{L}\p{N}_.*[\]'"]*\?\??)\s*$/u;

/** Options before the statement of `%timeit`, `%prun` and the like. */
const OPTIONS = /^(?:\s*-[a-zA-Z]+(?:\s*[\d.]+|\s+[\w./]+(?=\s+-))?(?=\s|$))*/;

/** Replaces the additions of one cell. */
export function plainCell(cell: string): PlainCell {
  const lines = cell.split(/\r\n?|\n/);
  const first = lines.findIndex((line) => line.trim() !== '');
  const opening = first < 0 ? null : CELL_MAGIC.exec(lines[first] ?? '');
  if (opening === null) return plainLines(lines);
  const [, name = '', text = ''] = opening;
  const body = lines.slice(first + 1);
  const magic: Magic = { kind: 'cell', name, text, body: body.join('\n') };
  if (FOREIGN_MAGICS.has(name))
    return { code: '\n'.repeat(lines.length - 1), magics: [magic] };
  const statement = PYTHON_MAGICS.has(name) ? statementOf(name, text) : '';
  const before = [...lines.slice(0, first).map(() => ''), statement];
  const rest = plainLines(body);
  return {
    code: [...before, rest.code].join('\n'),
    magics: [magic, ...rest.magics],
  };
}

/** True when the magic's text is kept as Python. */
export function isPythonMagic({ name }: Magic): boolean {
  return PYTHON_MAGICS.has(name);
}

function plainLines(lines: readonly string[]): PlainCell {
  const code: string[] = [];
  const magics: Magic[] = [];
  let open: OpenText = NOTHING_OPEN;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const found = beginsLogicalLine(open) ? readMagic(line) : undefined;
    if (found === undefined) {
      code.push(line);
      open = scanLine(line, open);
      continue;
    }
    const joined = [found.magic.text];
    code.push(found.code);
    while (joined.at(-1)?.endsWith('\\') === true && at + 1 < lines.length) {
      at += 1;
      joined.push(lines[at] ?? '');
      code.push('');
    }
    magics.push({ ...found.magic, text: joined.join('\n') });
  }
  return { code: code.join('\n'), magics };
}

interface FoundMagic {
  readonly code: string;
  readonly magic: Magic;
}

function readMagic(line: string): FoundMagic | undefined {
  const help = HELP.exec(line);
  if (help !== null)
    return found(`${help[1] ?? ''}pass`, { kind: 'help', text: line.trim() });
  const magic = LINE_MAGIC.exec(line);
  if (magic !== null) {
    const [, indent = '', name = '', text = ''] = magic;
    const statement = PYTHON_MAGICS.has(name) ? statementOf(name, text) : '';
    const code = indent + (statement === '' ? 'pass' : statement);
    return found(code, { kind: 'line', name, text });
  }
  const shell = SHELL.exec(line);
  if (shell !== null)
    return found(`${shell[1] ?? ''}pass`, {
      kind: 'shell',
      text: shell[3] ?? '',
    });
  const assigned = ASSIGNED.exec(line);
  if (assigned === null) return undefined;
  const [, target = '', sign = '', text = ''] = assigned;
  const code = `${target}__magic__()`;
  if (sign === '!') return found(code, { kind: 'shell', text });
  const [name = ''] = /^\S*/.exec(text) ?? [];
  return found(code, { kind: 'line', name, text: text.slice(name.length) });
}

function found(
  code: string,
  { kind, name = '', text }: Pick<Magic, 'kind' | 'text'> & { name?: string },
): FoundMagic {
  return { code, magic: { kind, name, text, body: '' } };
}

/** The Python in the argument of a magic; capture's and python's arguments are none. */
function statementOf(name: string, text: string): string {
  if (/^(?:capture|python3?|pypy|debug)$/.test(name)) return '';
  return text.replace(OPTIONS, '').trim();
}
