/**
 * What a shell script runs besides itself: scripts that its words name, Python modules. Read from its text as it stands;
 * where Python gets its code in another way, it may import anything.
 */
import type { PythonFacts } from '@nx-notebook/python';
import type { TemplateScan } from './scan-template.js';

const WORD = /[^\s'"`;|&<>(){}$=,]+/g;
const SCRIPT =
  /\.(?:pyw?|ipynb|sh|bash|zsh|[rR]|Rmd|pl|rb|m?js|jl|awk|sed|sql|lua)$/;
const PROGRAM = /^\.{1,2}\/[\w./-]+$/;
const MODULE = /\bpython[\d.]*\s+(?:-[a-zA-Z]+\s+)*?-m\s+([\p{L}\p{N}_.]+)/gu;
/** Python that is given its code by an argument or a pipe, and Jupyter. */
const HIDDEN_CODE =
  /\bpython[\d.]*(?:\s+-[a-zA-Z]+)*\s+(?:-c\b|-(?:\s|$)|<|["'${])|\|\s*python[\d.]*\s*(?:$|[\n;&|])|\bpython[\d.]*\s*<</m;

/** Facts of a shell script, as a notebook would have them of `!commands`. */
export function shellFacts(
  text: string,
  scan: TemplateScan,
  usedElsewhere: ReadonlySet<string>,
): PythonFacts {
  const code = text.replaceAll(/^\s*#.*$/gm, '');
  const paths = (code.match(WORD) ?? []).filter(
    (word) => SCRIPT.test(word) || PROGRAM.test(word),
  );
  const modules = [...code.matchAll(MODULE)].map(([, module = '']) => module);
  return {
    imports: [...new Set(modules)].flatMap((module) => [
      { module, level: 0, names: [] },
      { module, level: 0, names: ['__main__'] },
    ]),
    importsAnything: HIDDEN_CODE.test(code),
    paths: [...new Set(paths)],
    upstreamUse: usedElsewhere.has('upstream')
      ? { kind: 'anything' }
      : useOf(text, scan),
  };
}

/** A script that names notebooks by their ending may open any. */
function useOf(text: string, scan: TemplateScan): PythonFacts['upstreamUse'] {
  const paths = scan.upstreams.map(({ path }) => path ?? []);
  return scan.usesAllUpstream || /\.ipynb\b|[*?]/.test(text)
    ? { kind: 'anything' }
    : { kind: 'subscripts', paths };
}
