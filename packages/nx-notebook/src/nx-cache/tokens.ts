/**
 * Who may ask the cache server, by bearer token. Pure.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a token allows. */
export type Access = 'none' | 'read' | 'read-write';

/** A token and what it allows. */
export interface TokenRule {
  readonly token: string;
  readonly access: Access;
  /** The only workspace that it opens; absent: all. */
  readonly workspace?: string;
}

/** A token that nobody guesses. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/** What the bearer of an `Authorization` header may do in a workspace. Takes as long for a wrong token as for a right one. */
export function accessOf(
  rules: readonly TokenRule[],
  header: string | undefined,
  workspace: string | undefined,
): Access {
  const given = digest(/^Bearer (.+)$/i.exec(header ?? '')?.[1] ?? '');
  let access: Access = 'none';
  for (const rule of rules) {
    const isRight = timingSafeEqual(given, digest(rule.token));
    const isHere = rule.workspace === undefined || rule.workspace === workspace;
    if (isRight && isHere && access !== 'read-write') access = rule.access;
  }
  return access;
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
