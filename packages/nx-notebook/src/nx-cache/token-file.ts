/**
 * A file that lists tokens, for a server that is started by hand. Pure; what is wrong is said without a token.
 */
import { failure, success, type Result } from '@nx-notebook/notebook';
import type { TokenRule } from './tokens.js';

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
