/**
 * Files of placeholders that code reads when it runs: functions decorated with Ploomber's `with_env` or `load_env` get the
 * values of env.yaml, or of the file that the decorator names.
 */

/** Paths relative to the working directory. */
export function environmentFiles(code: string): readonly string[] {
  if (!/\b(?:with_env|load_env)\b/.test(code)) return [];
  const named = code.matchAll(
    /\bwith_env\(\s*(?:Path\(\s*)?(["'])([^"'\n]+\.ya?ml)\1/g,
  );
  return ['env.yaml', ...[...named].map(([, , path = '']) => path)];
}
