/**
 * Trust scopes: whose results may be read and where a run's own go. They name folders; who may write where is decided
 * by credentials, never here. Pure.
 *
 * Source: CVE-2025-36852 ("CREEP"): a pull request has main's keys but tools of its own, so main must never read what
 * a pull request wrote.
 */

/** Where a run writes. */
export type StoreScope =
  /** `t/`: what everybody reads; for protected branches. */
  | { readonly kind: 'trusted' }
  /** `u/<name>/`: read only by runs of the same scope. */
  | { readonly kind: 'untrusted'; readonly name: string };

/** `trusted` or the name of an untrusted scope. */
export function parseScope(text: string): StoreScope | undefined {
  if (text === 'trusted') return { kind: 'trusted' };
  return /^[a-z0-9][a-z0-9._-]{0,62}$/i.test(text) && !text.endsWith('.')
    ? { kind: 'untrusted', name: text }
    : undefined;
}
