/**
 * The name that a folder has as a project without this plugin, so that inferred targets join that project instead of
 * making a second one of the same root. Reads project.json and package.json, and nothing else.
 */
import { join } from 'node:path';
import { readJsonQuietly } from './atomic-file.js';

/** The name that project.json or package.json give; a file that can't be read is Nx's to report. */
export function ownProjectName(folder: string): string | undefined {
  const packageJson = readJsonQuietly(join(folder, 'package.json'));
  return (
    textAt(readJsonQuietly(join(folder, 'project.json')), 'name') ??
    textAt(valueAt(packageJson, 'nx'), 'name') ??
    textAt(packageJson, 'name')
  );
}

function textAt(value: unknown, key: string): string | undefined {
  const text = valueAt(value, key);
  return typeof text === 'string' && text !== '' ? text : undefined;
}

function valueAt(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
