/**
 * The outcome of something a user's input can make fail. Exceptions are for bugs only.
 */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/** Wraps a value as a successful {@link Result}. */
export function success<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** Wraps an error as a failed {@link Result}. */
export function failure<E>(error: E): {
  readonly ok: false;
  readonly error: E;
} {
  return { ok: false, error };
}
