/**
 * Where an environment keeps its interpreter and packages, by platform, and what `pyvenv.cfg` says. Pure: paths and
 * text in, paths and data out.
 */
import * as path from 'node:path';

/** What `pyvenv.cfg` tells of a virtual environment. */
export interface VenvSettings {
  /** `3.11`; undefined when the file does not say it. */
  readonly version: string | undefined;
  readonly hasSystemPackages: boolean;
}

/** Reads the text of `pyvenv.cfg`, as written by venv, virtualenv or uv. */
export function parseVenvSettings(text: string): VenvSettings {
  const values = new Map<string, string>();
  for (const [, key = '', value = ''] of text.matchAll(
    /^[ \t]*([\w-]+)[ \t]*=[ \t]*(.*?)[ \t]*\r?$/gm,
  ))
    values.set(key.toLowerCase(), value);
  const version = values.get('version') ?? values.get('version_info') ?? '';
  return {
    version: /^\d+\.\d+/.exec(version)?.[0],
    hasSystemPackages:
      values.get('include-system-site-packages')?.toLowerCase() === 'true',
  };
}

/** Where the interpreter may be below an environment's folder, best first. */
export function interpretersBelow(
  environment: string,
  platform: NodeJS.Platform,
): readonly string[] {
  return platform === 'win32'
    ? [
        path.win32.join(environment, 'Scripts', 'python.exe'),
        path.win32.join(environment, 'python.exe'),
      ]
    : [
        path.posix.join(environment, 'bin', 'python'),
        path.posix.join(environment, 'bin', 'python3'),
      ];
}

/** The environment's folder of an interpreter. */
export function environmentOf(
  interpreter: string,
  platform: NodeJS.Platform,
): string {
  const here = platform === 'win32' ? path.win32 : path.posix;
  const folder = here.dirname(interpreter);
  const isBelow = /^(?:bin|scripts)$/i.test(here.basename(folder));
  return isBelow ? here.dirname(folder) : folder;
}

/** The site-packages folders that a virtual environment of that version may have. */
export function sitePackagesOf(
  environment: string,
  version: string,
  platform: NodeJS.Platform,
): readonly string[] {
  return platform === 'win32'
    ? [path.win32.join(environment, 'Lib', 'site-packages')]
    : ['lib', 'lib64'].map((lib) =>
        path.posix.join(environment, lib, `python${version}`, 'site-packages'),
      );
}

/** Executables of a name in the folders of PATH, in order. */
export function commandsNamed(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): readonly string[] {
  const here = platform === 'win32' ? path.win32 : path.posix;
  const file =
    platform === 'win32' && !/\.exe$/i.test(name) ? `${name}.exe` : name;
  return (env['PATH'] ?? env['Path'] ?? '')
    .split(here.delimiter)
    .filter(Boolean)
    .map((folder) => here.join(folder, file));
}
