/** Temporary folders with files, for tests that need a real disk. */
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

export interface TestFolder extends Disposable {
  readonly path: string;
  /** Writes files by relative path. */
  write(files: Readonly<Record<string, string>>): void;
  readonly at: (name: string) => string;
}

export function testFolder(
  files: Readonly<Record<string, string>>,
): TestFolder {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'python-test-')));
  const write = (more: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(more)) {
      const file = path.join(root, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  };
  write(files);
  return {
    path: root,
    write,
    at: (name) => path.join(root, name),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Files of one installed distribution. */
export function distInfo(
  name: string,
  version: string,
  {
    requires = [],
    files = {},
  }: {
    requires?: readonly string[];
    files?: Readonly<Record<string, string>>;
  } = {},
): Record<string, string> {
  const folder = `site/${name}-${version}.dist-info`;
  const lines = [
    `Metadata-Version: 2.1`,
    `Name: ${name}`,
    `Version: ${version}`,
    ...requires.map((line) => `Requires-Dist: ${line}`),
    '',
    'Name: not a header',
  ];
  return {
    [`${folder}/METADATA`]: lines.join('\n'),
    ...Object.fromEntries(
      Object.entries(files).map(([file, text]) => [`${folder}/${file}`, text]),
    ),
  };
}
