/**
 * Which texts are names of variables.
 */

const pythonKeywords = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);

const rKeywords = new Set(
  'if else repeat while function for next break TRUE FALSE NULL Inf NaN NA NA_integer_ NA_real_ NA_complex_ NA_character_ in'.split(
    ' ',
  ),
);

/** Whether a value can be assigned to the name. In R, underscores in front are dropped before. */
export function isVariable(name: string, language: 'python' | 'r'): boolean {
  if (language === 'python') {
    return (
      /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(name) &&
      !pythonKeywords.has(name)
    );
  }
  const bare = name.replace(/^_+/, '');
  return (
    /^(?:\p{L}|\.(?!\d))[\p{L}\p{N}._]*$/u.test(bare) && !rKeywords.has(bare)
  );
}
