/**
 * Who may ask the cache server, by bearer token. Pure.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { failure, success, type Result } from '@nx-notebook/notebook';

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

/** Reads a JSON list of rules; the error says which one is wrong, without its token. */
export function parseTokens(
  text: string,
): Result<readonly TokenRule[], string> {
  const values = parseList(text);
  if (values === undefined) return failure('it is no JSON list');
  const rules: TokenRule[] = [];
  for (const [index, value] of values.entries()) {
    const rule = ruleOf(value);
    if (rule === undefined)
      return failure(
        `entry ${index + 1} needs a "token" of at least 16 characters and an "access" of "read" or "read-write"`,
      );
    rules.push(rule);
  }
  return rules.length === 0 ? failure('it is empty') : success(rules);
}

function ruleOf(value: unknown): TokenRule | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { token, access, workspace } = value as Record<string, unknown>;
  return typeof token === 'string' &&
    token.length >= 16 &&
    (access === 'read' || access === 'read-write') &&
    (workspace === undefined || typeof workspace === 'string')
    ? { token, access, ...(workspace === undefined ? {} : { workspace }) }
    : undefined;
}

function parseList(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined; // Said by the caller.
  }
}
