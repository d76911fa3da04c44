/**
 * The S3 server that the set-up of the tests has built.
 */
import { readFileSync } from 'node:fs';
import { root, SetupFailed } from '../scripts/setup/terminal.mjs';

/** @returns {string} Path of the program. */
export function serverBinary() {
  try {
    return readFileSync(new URL('.cache/versitygw/path', root), 'utf8').trim();
  } catch {
    throw new SetupFailed(
      'This case needs the S3 server of the tests, which needs Go: see CONTRIBUTING.md.',
    );
  }
}
