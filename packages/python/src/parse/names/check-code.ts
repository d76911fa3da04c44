/**
 * Finds in the cells of a notebook what fails for certain: text that is no Python, names that nothing defines,
 * statements in the wrong place. Where names may come from elsewhere (a star import, a magic, `exec`), it says nothing
 * of names.
 */
import type { Node } from 'web-tree-sitter';
import type { CellPosition, CodeProblem } from '../../facts.js';
import type { Magic, PlainCell } from '../magics.js';
import { isAutomagic, knownNames } from './known-names.js';
import { nameHandlers } from './name-handlers.js';
import { NameReader } from './name-reader.js';
import { plainTree, type PlainNode } from './plain-tree.js';
import { isFound } from './scopes.js';

/** Code that may define names which no assignment shows. */
const HIDDEN_NAMES =
  /\b(?:exec|execfile|globals|locals|vars|__builtins__|builtins|__main__|get_ipython|user_ns|f_globals|f_locals|_getframe|currentframe|load_session|load_module|init_session|global_enum|__dict__)\b|\bsys\s*\.\s*modules\b/;
/** `var('x y')` of sympy puts names into the notebook. */
const SYMBOLS = /\b(?:sympy|sage)\b/;

/** Line magics that define nothing. */
const HARMLESS_LINES = new Set([
  ...['matplotlib', 'autoreload', 'config', 'pip', 'conda', 'mamba', 'uv'],
  ...['env', 'set_env', 'cd', 'pwd', 'ls', 'll', 'mkdir', 'rm', 'cp', 'mv'],
  ...['cat', 'xmode', 'precision', 'gui', 'colors', 'automagic', 'who', 'whos'],
  ...['time', 'timeit', 'prun', 'memit', 'lprun', 'mprun', 'system', 'sx'],
  ...['watermark', 'tensorboard', 'reset', 'alias', 'logstart', 'magic'],
  ...['dotenv', 'reload_ext', 'unload_ext', 'aimport', 'warnings', 'pdb'],
]);
/** Extensions that define nothing. */
const HARMLESS_EXTENSIONS =
  /^\s*(?:autoreload|sql|rpy2\.ipython|rmagic|memory_profiler|line_profiler|tensorboard|dotenv|nb_black|lab_black|watermark|cython|Cython|jupyternotify|blackcellmagic|google\.cloud\.bigquery|google\.colab\.\w+|snakeviz|heat|jupyter_black|pycodestyle_magic|ipytest|scalene|cudf\.pandas)\s*$/;
/** Cell magics whose body is Python of the notebook. */
const PYTHON_BODIES = new Set(['time', 'timeit', 'prun', 'capture', 'memit']);
/** Cell magics whose body is something else, and which define nothing without options. */
const FOREIGN_BODIES = new Set([
  ...['bash', 'sh', 'script', 'system', 'sx', 'cmd', 'perl', 'ruby', 'html'],
  ...['HTML', 'svg', 'SVG', 'latex', 'markdown', 'javascript', 'js', 'file'],
  ...['writefile', 'python', 'python3', 'pypy', 'sql', 'R'],
]);

/** Collects over all cells. */
export class CodeCheck {
  readonly #reader = new NameReader(nameHandlers);
  readonly #problems: CodeProblem[] = [];
  readonly #text: string;
  #isBlind: boolean;

  constructor(cells: readonly PlainCell[]) {
    this.#text = cells.map(({ code }) => code).join('\n');
    this.#isBlind =
      HIDDEN_NAMES.test(this.#text) ||
      (SYMBOLS.test(this.#text) && /\bvar\s*\(/.test(this.#text)) ||
      cells.some(({ magics }) => magics.some(mayDefine));
  }

  /** Reads the tree of one cell. */
  add(root: Node, { code, magics }: PlainCell, cell: number): void {
    const isForeign = magics.some(
      ({ kind, name }) => kind === 'cell' && !PYTHON_BODIES.has(name),
    );
    if (isForeign) return;
    const locate = locator(code, cell);
    if (root.hasError) {
      this.#isBlind = true;
      const node = firstError(root);
      if (node === undefined || isOddText(code)) return;
      this.#problems.push({
        kind: 'syntax-error',
        name: '',
        position: locate({ start: node.startIndex, end: node.endIndex }),
      });
      return;
    }
    const tree = plainTree(root);
    if (tree === undefined) this.#isBlind = true;
    else this.#reader.read(tree, code, locate);
  }

  /** Everything found, in the order of the text. */
  get problems(): readonly CodeProblem[] {
    const { uses, problems, isBlind } = this.#reader;
    const isKnown = knownNames(this.#text);
    const missing = new Map<string, CodeProblem>();
    for (const use of this.#isBlind || isBlind ? [] : uses) {
      const { name, position } = use;
      if (missing.has(name) || isFound(use, isKnown)) continue;
      missing.set(name, { kind: 'undefined-name', name, position });
    }
    return [...this.#problems, ...problems, ...missing.values()].sort(
      ({ position: a }, { position: b }) =>
        a.cell - b.cell || a.line - b.line || a.column - b.column,
    );
  }
}

/** Whether a magic may give variables a value. */
function mayDefine(magic: Magic): boolean {
  const { kind, name, text } = magic;
  if (kind === 'shell' || kind === 'help') return false;
  if (kind === 'line')
    return name === 'load_ext'
      ? !HARMLESS_EXTENSIONS.test(text)
      : !HARMLESS_LINES.has(name);
  if (name === 'capture') return /^\s*[A-Za-z_]/.test(text);
  if (PYTHON_BODIES.has(name)) return false;
  // `--out name`, `result << select`, `-o frame`, `query_name` and the like.
  return (
    !FOREIGN_BODIES.has(name) ||
    /--out|--err|<<|-o\b|--proc/.test(text) ||
    name === 'R'
  );
}

/** Text that is no Python but may well run in IPython. */
function isOddText(code: string): boolean {
  return code
    .split('\n')
    .some(
      (line) =>
        /^\s*[!%?,;/]|[=(]\s*[!%]|\?\s*$/.test(line) ||
        isAutomagic(line.trim()),
    );
}

/** The first node that is no Python; undefined where the parser only says that there is one. */
function firstError(root: Node): Node | undefined {
  let node: Node | undefined = root;
  while (node !== undefined && !node.isError && !node.isMissing)
    node = node.children.find((child) => child.hasError || child.isMissing);
  return node;
}

/** Positions in a text; the lines are counted once. */
function locator(
  code: string,
  cell: number,
): (node: Pick<PlainNode, 'start' | 'end'>) => CellPosition {
  const starts = [0];
  for (const { index } of code.matchAll(/\n/g)) starts.push(index + 1);
  return ({ start, end }) => {
    let line = starts.findIndex((offset) => offset > start);
    if (line < 0) line = starts.length;
    const lineStart = starts[line - 1] ?? 0;
    const lineEnd = (starts[line] ?? code.length + 1) - 1;
    return {
      cell,
      line,
      column: start - lineStart + 1,
      length: Math.max(1, Math.min(end, lineEnd) - start),
    };
  };
}
