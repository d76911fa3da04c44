/**
 * Libraries that are loaded at their first use: this package is loaded before every Nx command, and most of them meet
 * neither a header nor an error.
 */
import { createRequire } from 'node:module';
import type * as Picocolors from 'picocolors';
import type * as StringWidth from 'string-width';
import type * as Yaml from 'yaml';

const load = createRequire(__filename);

/** YAML, which JSON with positions is, too. */
export function loadYaml(): typeof Yaml {
  return load('yaml') as typeof Yaml;
}

/** Colours of a terminal. */
export function loadPicocolors(): typeof Picocolors {
  return load('picocolors') as typeof Picocolors;
}

/** How many columns a terminal needs for a text. */
export function loadStringWidth(): (text: string) => number {
  return load('string-width') as typeof StringWidth.default;
}
