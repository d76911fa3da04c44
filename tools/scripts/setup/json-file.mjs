/**
 * JSON files, read as `unknown`: who reads one says what it expects.
 */
import { readFileSync } from 'node:fs';

/**
 * @param {string | URL} path
 * @returns {unknown} Throws when there is no such file or no JSON in it.
 */
export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/**
 * @param {string | URL} path
 * @returns {unknown} Undefined when there is no such file or no JSON in it.
 */
export function readJsonIfAny(path) {
  try {
    return readJson(path);
  } catch {
    return undefined;
  }
}
