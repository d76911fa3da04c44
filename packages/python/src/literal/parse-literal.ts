/** Stub. */
import type { PyValue } from '../value.js';

/** What a text means as a Python literal, or why it is none. `offset` counts UTF-16 units. */
export type LiteralResult =
  | { readonly ok: true; readonly value: PyValue }
  | { readonly ok: false; readonly message: string; readonly offset: number };

/** Reads one Python literal as `ast.literal_eval` does. */
export function parsePythonLiteral(text: string): LiteralResult {
  throw new Error(`not written yet: ${text}`);
}
/** Casts one string of a pipeline.yaml: true/false/none/null in any case, else a Python literal, else the string itself. */
export function castString(text: string): PyValue {
  throw new Error(`not written yet: ${text}`);
}
