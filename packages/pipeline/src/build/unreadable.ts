/**
 * Why a file could not be read, in words.
 */
import type { Unreadable } from '../workspace-files.js';

/** One sentence and what to do, for a path as it was written. */
export function explainUnreadable(
  reason: Unreadable,
  path: string,
): { readonly message: string; readonly hint: string } {
  switch (reason) {
    case 'missing':
      return {
        message: `File does not exist: "${path}".`,
        hint: 'Create the file or correct the path; it is relative to the folder of pipeline.yaml.',
      };
    case 'folder':
      return {
        message: `Expected a file, got a directory: "${path}".`,
        hint: 'Write the path of a file in it.',
      };
    case 'not-a-file':
      return {
        message: `"${path}" is no regular file.`,
        hint: 'Write the path of a regular file.',
      };
    case 'outside':
      return {
        message: `"${path}" is a link that leads out of the workspace.`,
        hint: 'Put the file itself into the workspace.',
      };
    case 'not-utf8':
      return {
        message: `"${path}" is not encoded in UTF-8.`,
        hint: 'Save it as UTF-8.',
      };
    default:
      return {
        message: `"${path}" can not be read: ${reason.unreadable}.`,
        hint: 'Check its permissions.',
      };
  }
}
