/**
 * The languages that a text notebook may name, and what is known of their comments.
 */

const kernelLanguages = [
  ...['R', 'bash', 'c#', 'c++', 'clojure', 'coconut', 'cs', 'csharp', 'cython'],
  ...[
    'f#',
    'fs',
    'fsharp',
    'gnuplot',
    'go',
    'groovy',
    'haskell',
    'html',
    'idl',
  ],
  ...['java', 'javascript', 'jenner', 'js', 'julia', 'latex', 'logtalk', 'lua'],
  ...['markdown', 'matlab', 'maxima', 'ocaml', 'octave', 'perl', 'powershell'],
  ...['pypy', 'python', 'python2', 'python3', 'q', 'robotframework', 'ruby'],
  ...['rust', 'sage', 'sas', 'scala', 'scheme', 'script', 'sh', 'sos', 'spark'],
  ...['sql', 'stata', 'svg', 'tcl', 'typescript', 'wolfram language', 'xonsh'],
];

const fenceLanguages = new Set(
  kernelLanguages.flatMap((name) => [name, name.toUpperCase()]),
);
const lowerCaseLanguages = new Set(
  kernelLanguages.map((name) => name.toLowerCase()),
);

/** Languages with `#` comments in which magics start with `%`. */
const magicLanguages = new Set([
  ...[
    'python',
    'r',
    'julia',
    'bash',
    'powershell',
    'coconut',
    'robotframework',
  ],
  ...['sos', 'sage', 'tcl', 'gnuplot', 'xonsh', 'perl', 'ruby'],
]);

/** Whether a Markdown fence of this language is a code cell; case counts, except for names all in capitals. */
export function isFenceLanguage(name: string): boolean {
  return fenceLanguages.has(name);
}

/** Whether the name is that of a language, in any case. */
export function isLanguage(name: string): boolean {
  return lowerCaseLanguages.has(name.toLowerCase());
}

/** Whether commented magics are looked for in code of this language. */
export function hasMagics(language: string): boolean {
  return magicLanguages.has(language.toLowerCase());
}

/** Languages of fences, for a regular expression; longer names before their beginnings. */
export const fenceLanguagePattern = [...fenceLanguages]
  .sort((left, right) => right.length - left.length)
  .map((name) => name.replace(/[+#]/g, '\\$&'))
  .join('|');
