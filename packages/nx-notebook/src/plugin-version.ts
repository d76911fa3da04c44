/** The version of this package: part of caches, and of the digest of each task's spec. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** As package.json states it. */
export const pluginVersion: string = (
  JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as {
    readonly version: string;
  }
).version;
