/**
 * Paths as Nx wants them: relative to the workspace, with slashes, and escaped as globs. A glob that matches nothing
 * silently drops a file from Nx's hash, so every path that reaches Nx goes through here.
 */

/** The path with slashes only, without a leading `./` or a trailing slash. */
export function toSlashes(path: string): string {
  return path
    .replaceAll('\\', '/')
    .replace(/^(\.\/)+/, '')
    .replace(/\/+$/, '');
}

/**
 * The glob that matches exactly this path. Braces become `?`, since Nx would take an escaped one for a variable
 * of its own; on Windows, where a backslash separates folders, the other characters do too.
 */
export function pathToGlob(
  path: string,
  platform: NodeJS.Platform = process.platform,
): string {
  const escape = (character: string): string =>
    platform === 'win32' || /[{}\\]/.test(character) ? '?' : `\\${character}`;
  const escaped = path.replaceAll(/[*?[\]{}()\\]/g, escape);
  return escaped.startsWith('!') ? `?${escaped.slice(1)}` : escaped;
}

/**
 * A file as an input or output of a target. `{projectRoot}` reads better, but Nx puts the root in unescaped, so it is
 * used only where the root is free of special characters.
 */
export function tokenGlob(
  path: string,
  projectRoot: string,
  platform: NodeJS.Platform = process.platform,
): string {
  const isInside = projectRoot === '.' || path.startsWith(`${projectRoot}/`);
  const isPlain = pathToGlob(projectRoot, platform) === projectRoot;
  if (!isInside || !isPlain) {
    return `{workspaceRoot}/${pathToGlob(path, platform)}`;
  }
  const inner = projectRoot === '.' ? path : path.slice(projectRoot.length + 1);
  return `{projectRoot}/${pathToGlob(inner, platform)}`;
}
