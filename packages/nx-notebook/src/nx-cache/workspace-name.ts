/**
 * The name under which a workspace keeps its entries of Nx's cache: the same in every clone, wherever it lies.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** For workspaces that have no name of their own. */
const NAMELESS = 'workspace';

/** From the `name` of the root package.json, made fit for a path. */
export async function workspaceName(workspaceRoot: string): Promise<string> {
  const file = join(workspaceRoot, 'package.json');
  const text = await readFile(file, 'utf8').catch(() => '{}');
  return pathName(nameIn(text) ?? NAMELESS);
}

/** A name as one part of a path: lower case letters, digits, `.`, `_`, `-`. */
export function pathName(name: string): string {
  const safe = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 100);
  return safe === '' ? NAMELESS : safe;
}

function nameIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' &&
      value !== null &&
      'name' in value &&
      typeof value.name === 'string'
      ? value.name
      : undefined;
  } catch {
    return undefined; // A broken package.json is npm's to report.
  }
}
