/** What was thrown, read without trusting its class: errors of the system may come from another realm. Pure. */

/** The code of a system error, for example `ENOENT`. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  const { code }: { readonly code?: unknown } = thrown;
  return typeof code === 'string' ? code : undefined;
}

/** The message of an error, or the thrown value as text. */
export function messageOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  const { message }: { readonly message?: unknown } = thrown;
  return typeof message === 'string' ? message : JSON.stringify(thrown);
}

/** Where an error was thrown; empty when that is not known. */
export function stackOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return '';
  const { stack }: { readonly stack?: unknown } = thrown;
  return typeof stack === 'string' ? stack : '';
}
