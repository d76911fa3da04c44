/** Stub. */
import type { PyValue } from '../value.js';

/** Source text, or the type that has no source form in a notebook's parameters. */
export type SourceText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly type: string; readonly message: string };

/** A value as papermill writes it into the injected cell of a Python notebook. */
export function toPythonSource(value: PyValue): SourceText {
  throw new Error(`not written yet: ${value.kind}`);
}
/** A value as papermill writes it into the injected cell of an R notebook. */
export function toRSource(value: PyValue): SourceText {
  throw new Error(`not written yet: ${value.kind}`);
}
/** Python's repr of a float: `1.0`, `1e-07`, `inf`. */
export function floatRepr(value: number): string {
  throw new Error(`not written yet: ${value}`);
}
/** Python's `repr(value)`; `str(value)` is the same except for a top-level string. */
export function pythonRepr(value: PyValue): string {
  throw new Error(`not written yet: ${value.kind}`);
}
