/** The next command for each state of Python, with interpreters that answer as the test says. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describePython } from '../../src/generators/describe-python.js';
import { Files } from '../support/files.js';

/** A workspace whose PATH has a python3 with these folders in its site-packages. */
function withPython(...distributions: readonly string[]): Files {
  const files = new Files({ 'ws/nx.json': '{}' });
  const path = join(files.root, 'bin/python3');
  const sitePackages = [join(files.root, 'site')];
  const answer = JSON.stringify({ path, version: '3.11', sitePackages });
  files.write('bin/python3', `#!/bin/sh\necho '${answer}'\n`);
  chmodSync(path, 0o755);
  for (const name of distributions) files.write(`site/${name}/METADATA`, '');
  return files;
}

test.each([
  [
    'nothing is installed into the Python of the machine',
    [],
    '{root}/bin/python3 -m venv .venv && .venv/bin/python -m pip install jupyter_server ipykernel',
  ],
  [
    'with all that is needed there is nothing to do',
    ['jupyter_server-2.0.dist-info', 'ipykernel-7.0.dist-info'],
    undefined,
  ],
])('%s', async (_name, distributions, next) => {
  using files = withPython(...distributions);
  const { root } = files;
  const env = { PATH: `${root}/bin` };
  const described = await describePython({
    workspaceRoot: join(root, 'ws'),
    env,
  });
  expect(described.next?.replace(root, '{root}')).toBe(next);
});
