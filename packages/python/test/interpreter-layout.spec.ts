/** Paths of environments on every platform; pure, so that Windows is tested here as well. */
import { describe, expect, it } from '@jest/globals';
import {
  commandsNamed,
  environmentOf,
  interpretersBelow,
  parseVenvSettings,
  sitePackagesOf,
} from '../src/environment/interpreter-layout.js';

describe('on Windows', () => {
  it('environments have Scripts and Lib', () => {
    expect(interpretersBelow('C:\\p\\.venv', 'win32')).toEqual([
      'C:\\p\\.venv\\Scripts\\python.exe',
      'C:\\p\\.venv\\python.exe',
    ]);
    expect(sitePackagesOf('C:\\p\\.venv', '3.11', 'win32')).toEqual([
      'C:\\p\\.venv\\Lib\\site-packages',
    ]);
    expect(environmentOf('C:\\p\\.venv\\Scripts\\python.exe', 'win32')).toBe(
      'C:\\p\\.venv',
    );
    expect(environmentOf('C:\\conda\\python.exe', 'win32')).toBe('C:\\conda');
  });

  it('commands end in .exe, and PATH is split at semicolons', () => {
    expect(commandsNamed('python', { Path: 'C:\\a;D:\\b' }, 'win32')).toEqual([
      'C:\\a\\python.exe',
      'D:\\b\\python.exe',
    ]);
  });
});

describe('elsewhere', () => {
  it('environments have bin and lib', () => {
    expect(interpretersBelow('/p/.venv', 'linux')).toEqual([
      '/p/.venv/bin/python',
      '/p/.venv/bin/python3',
    ]);
    expect(sitePackagesOf('/p/.venv', '3.11', 'darwin')).toEqual([
      '/p/.venv/lib/python3.11/site-packages',
      '/p/.venv/lib64/python3.11/site-packages',
    ]);
    expect(environmentOf('/p/.venv/bin/python', 'linux')).toBe('/p/.venv');
  });
});

describe('pyvenv.cfg', () => {
  it.each([
    ['version = 3.11.7\n', '3.11', false],
    [
      'version_info = 3.12.1.final.0\r\ninclude-system-site-packages = TRUE\r\n',
      '3.12',
      true,
    ],
    [
      'uv = 0.5\nversion_info = 3.13.0\ninclude-system-site-packages = false',
      '3.13',
      false,
    ],
    ['home = /usr/bin', undefined, false],
  ])('%j', (text, version, hasSystemPackages) => {
    expect(parseVenvSettings(text)).toEqual({ version, hasSystemPackages });
  });
});
