import {
  afterEach,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quietLibraryConsole } from '../src/client/quiet-console.js';

/** A module that prints, in a folder of this name. */
function printer(name: string): (text: string) => void {
  const folder = join(mkdtempSync(join(tmpdir(), 'quiet-')), name);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'printer.cjs');
  writeFileSync(file, 'module.exports = (text) => console.warn(text);');
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the module is made here
  return require(file) as (text: string) => void;
}

describe('the console', () => {
  const said: unknown[] = [];
  let restore: () => void;

  beforeEach(() => {
    said.length = 0;
    jest.spyOn(console, 'warn').mockImplementation((text) => {
      said.push(text);
    });
    restore = quietLibraryConsole();
  });

  afterEach(() => {
    restore();
    jest.restoreAllMocks();
  });

  it('says what others print, and nothing of the library', () => {
    printer('node_modules/@jupyterlab/services/lib')('of the library');
    printer('node_modules/another')('of another');
    expect(said).toEqual(['of another']);
  });

  it('is as before when it is given back', () => {
    restore();
    printer('node_modules/@jupyterlab/services/lib')('of the library');
    expect(said).toEqual(['of the library']);
  });
});
