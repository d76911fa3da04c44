/**
 * How code uses the variable `upstream`. Everything that is not plainly a chain of literal subscripts, or plainly
 * no read at all, counts as reading anything.
 */
import type { Node } from 'web-tree-sitter';
import type { UpstreamUse } from '../facts.js';
import { literalString, operands } from './literal-node.js';
import { isPythonMagic, type Magic } from './magics.js';
import { wordNodes, wordPattern } from './words.js';

/** What the code of one cell reads; collected over all cells of a notebook. */
export interface UpstreamReads {
  anything: boolean;
  readonly paths: (readonly string[])[];
}

/** Names that reach the notebook's variables without writing `upstream`. */
const NAMESPACE_NAMES = new Set([
  ...['globals', 'locals', 'vars', 'eval', 'exec', 'get_ipython', '__main__'],
  ...['builtins', '__builtins__', '_getframe', 'currentframe', 'f_globals'],
  ...['f_locals', 'user_ns', 'run_line_magic', 'run_cell_magic', 'run_cell'],
]);
const WORDS = wordPattern([...NAMESPACE_NAMES, 'upstream']);
const SYSTEM_MODULES = /\bsys\s*\.\s*modules\b/;

/** Text inside a string that something else may interpolate: a template, `df.query('a > @upstream')`. */
const INTERPOLATED =
  /[@$]\{?upstream\b|\{\s*upstream\b|\bupstream\s*\[|\bupstream\.\w|^\s*upstream\s*$/;

/** Line and cell magics that read no variable, unless their text names it. */
const HARMLESS_MAGICS = new Set([
  ...['matplotlib', 'load_ext', 'reload_ext', 'unload_ext', 'autoreload'],
  ...['aimport', 'config', 'pip', 'conda', 'mamba', 'uv', 'env', 'set_env'],
  ...['cd', 'pwd', 'ls', 'll', 'mkdir', 'xmode', 'precision', 'pylab', 'gui'],
  ...['colors', 'doctest_mode', 'pprint', 'automagic', 'bash', 'sh', 'script'],
  ...['system', 'sx', 'html', 'HTML', 'svg', 'SVG', 'latex', 'markdown'],
  ...['javascript', 'js', 'writefile', 'file', 'load', 'loadpy', 'R', 'cmd'],
]);

/** Reads one cell's tree. */
export function collectUpstream(
  root: Node,
  code: string,
  reads: UpstreamReads,
): void {
  const nodes = wordNodes(root, code, WORDS);
  if ((nodes.length > 0 && root.hasError) || SYSTEM_MODULES.test(code))
    reads.anything = true;
  for (const node of nodes) {
    if (node.type !== 'identifier') {
      const isRun = node.parent?.type === 'exec_statement';
      if (isRun || INTERPOLATED.test(node.text)) reads.anything = true;
    } else if (node.text === 'upstream') collectUse(node, reads);
    else if (NAMESPACE_NAMES.has(node.text) && !isMemberOfOther(node))
      reads.anything = true;
  }
}

/** Reads one magic: what it names, and whether it may look at variables at all. */
export function collectMagicUse(magic: Magic, reads: UpstreamReads): void {
  const isKept = isPythonMagic(magic);
  const text = isKept ? '' : `${magic.text}\n${magic.body}`;
  const isKnown =
    isKept || magic.kind === 'shell' || magic.kind === 'help'
      ? true
      : HARMLESS_MAGICS.has(magic.name);
  if (!isKnown || /\bupstream\b/.test(text)) reads.anything = true;
}

/** The contract's form; equal paths once, in order of appearance. */
export function toUpstreamUse({ anything, paths }: UpstreamReads): UpstreamUse {
  if (anything) return { kind: 'anything' };
  const byText = new Map(paths.map((path) => [JSON.stringify(path), path]));
  return { kind: 'subscripts', paths: [...byText.values()] };
}

/** `df.eval(...)` and `engine.exec(...)` are other functions than the built-in ones. */
function isMemberOfOther(node: Node): boolean {
  if (!/^(?:eval|exec|vars|globals|locals)$/.test(node.text)) return false;
  const parent = node.parent;
  return (
    parent?.type === 'attribute' &&
    parent.childForFieldName('attribute')?.equals(node) === true
  );
}

function collectUse(node: Node, reads: UpstreamReads): void {
  const parent = node.parent;
  if (parent === null || isNoRead(node, parent)) return;
  const path = subscriptPath(node, parent);
  if (path === undefined) reads.anything = true;
  else reads.paths.push(path);
}

/** Names that only look like the variable, its own assignment, and tests that see no product. */
function isNoRead(node: Node, parent: Node): boolean {
  const isField = (field: string): boolean =>
    parent.childForFieldName(field)?.equals(node) === true;
  switch (parent.type) {
    case 'attribute':
      return isField('attribute');
    case 'keyword_argument':
    case 'default_parameter':
    case 'typed_default_parameter':
      return isField('name');
    case 'assignment':
      return isField('left');
    case 'if_statement':
    case 'elif_clause':
      return isField('condition');
    case 'parameters':
    case 'lambda_parameters':
    case 'typed_parameter':
    case 'global_statement':
    case 'nonlocal_statement':
    case 'not_operator':
    case 'comparison_operator':
      return true;
    default:
      return false;
  }
}

/** `upstream['a']['b']` is ['a', 'b']; undefined for any other use. */
function subscriptPath(node: Node, parent: Node): string[] | undefined {
  const path: string[] = [];
  let inner = node;
  for (
    let outer: Node | null = parent;
    outer?.type === 'subscript' &&
    outer.childForFieldName('value')?.equals(inner) === true;
    outer = outer.parent
  ) {
    const [, key, ...more] = operands(outer);
    const name =
      key === undefined || more.length > 0 ? undefined : literalString(key);
    if (name === undefined) return path.length === 0 ? undefined : path;
    path.push(name);
    inner = outer;
  }
  const isDeleted = inner.parent?.type === 'delete_statement';
  return path.length === 0 || isDeleted ? undefined : path;
}
