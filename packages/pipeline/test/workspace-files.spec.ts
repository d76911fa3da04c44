/**
 * What loading opens, and what it refuses to open.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadPipeline } from '../src/index.js';
import { script } from './case-file.js';
import { TestFolder } from './test-folder.js';

const pipeline = `tasks:
  - source: a.py
    product: a.ipynb
`;

/** Root may read everything, so a refusal can't be seen. */
/** Root may read everything: does something as a user without rights, wherever the tests run. */
async function withoutRoot<T>(act: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return act();
  process.seteuid?.(65534);
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
  }
}

describe('files that are opened', () => {
  it('lists what was read and what was looked for', async () => {
    using test = new TestFolder({
      'pipeline.yaml': pipeline,
      'a.py': script(),
    });
    const result = await test.load();
    expect(result).toMatchObject({
      ok: true,
      pipeline: {
        name: 'p',
        folder: test.folder,
        file: test.file,
        reads: [test.path('a.py'), test.path('pipeline.yaml')],
        absent: [test.path('env.yaml'), test.path('env.yml')],
      },
    });
  });

  it('lists a missing source and a missing resource as absent', async () => {
    using test = new TestFolder({
      'pipeline.yaml': `${pipeline}    params: {resources_: {c: c.json}}\n`,
    });
    const { absent } = (await test.load()) as { absent?: readonly string[] };
    expect(absent).toEqual(
      ['a.py', 'c.json', 'env.yaml', 'env.yml'].map((name) => test.path(name)),
    );
  });

  it('says that pipeline.yaml is not there', async () => {
    using test = new TestFolder();
    expect(await test.diagnose()).toBe(
      [
        'error: File does not exist: "<root>/p/pipeline.yaml". [pipeline-not-readable]',
        ' = Create the file or correct the path; it is relative to the folder of pipeline.yaml.',
      ].join('\n'),
    );
  });

  it('follows a link inside of the workspace', async () => {
    using test = new TestFolder({
      'pipeline.yaml': pipeline,
      '../shared/a.py': script(),
    });
    symlinkSync('../shared/a.py', test.path('a.py'));
    expect(await test.load()).toMatchObject({ ok: true });
  });

  it('works in a workspace that is itself behind a link', async () => {
    using test = new TestFolder({
      'w/p/pipeline.yaml': pipeline,
      'w/p/a.py': script(),
    });
    symlinkSync(test.path('w'), test.path('link'));
    const root = test.path('link');
    const result = await loadPipeline(join(root, 'p', 'pipeline.yaml'), {
      workspaceRoot: root,
    });
    expect(result).toMatchObject({ ok: true });
  });

  it('refuses links out of the workspace: of a source, a resource and a product folder', async () => {
    using outside = new TestFolder({ 'a.py': script(), 'c.json': '{}' });
    using test = new TestFolder({
      'pipeline.yaml': `tasks:
  - source: a.py
    product: out/sub/a.ipynb
    params: {resources_: {c: c.json}}
`,
    });
    symlinkSync(outside.path('a.py'), test.path('a.py'));
    symlinkSync(outside.path('c.json'), test.path('c.json'));
    symlinkSync(outside.folder, test.path('out'));
    expect(await test.diagnose()).toBe(
      `\
pipeline.yaml:2:13: error: "a.py" is a link that leads out of the workspace. [source-not-readable]
  |
2 |   - source: a.py
  |             ~~~~
  = Put the file itself into the workspace.

pipeline.yaml:3:14: error: The path "out/sub/a.ipynb" leads out of the workspace through a link. [outside-workspace]
  |
3 |     product: out/sub/a.ipynb
  |              ~~~~~~~~~~~~~~~
  = Choose a path that is really below <root>.

pipeline.yaml:4:30: error: Error reading params.resources_ with key 'c': "c.json" is a link that leads out of the workspace. [invalid-resources]
  |
4 |     params: {resources_: {c: c.json}}
  |                              ~~~~~~
  = Put the file itself into the workspace.`,
    );
  });

  it('refuses a product that is itself a link out of the workspace', async () => {
    using outside = new TestFolder({ 'big.csv': '1' });
    using test = new TestFolder({
      'pipeline.yaml': `tasks:
  - source: a.py
    product: {nb: a.ipynb, data: big.csv}
`,
      'a.py': script(),
    });
    symlinkSync(outside.path('big.csv'), test.path('big.csv'));
    expect(await test.diagnose()).toBe(`\
pipeline.yaml:3:34: error: The path "big.csv" leads out of the workspace through a link. [outside-workspace]
  |
3 |     product: {nb: a.ipynb, data: big.csv}
  |                                  ~~~~~~~
  = Choose a path that is really below <root>.`);
  });

  it('does not wait for a pipe', async () => {
    using test = new TestFolder({ 'pipeline.yaml': pipeline });
    execFileSync('mkfifo', [test.path('a.py')]);
    expect(await test.diagnose()).toBe(`\
pipeline.yaml:2:13: error: "a.py" is no regular file. [source-not-readable]
  |
2 |   - source: a.py
  |             ~~~~
  = Write the path of a regular file.`);
  });

  it('refuses text that is not UTF-8', async () => {
    using test = new TestFolder({ 'pipeline.yaml': pipeline });
    writeFileSync(test.path('a.py'), Buffer.from([0x23, 0xe9, 0x0a]));
    expect(await test.diagnose()).toBe(`\
pipeline.yaml:2:13: error: "a.py" is not encoded in UTF-8. [source-not-readable]
  |
2 |   - source: a.py
  |             ~~~~
  = Save it as UTF-8.`);
  });

  it('says that a file may not be read', async () => {
    using test = new TestFolder({
      'pipeline.yaml': pipeline,
      'a.py': script(),
    });
    expect(await test.load()).toMatchObject({ ok: true });
    chmodSync(test.root, 0o755);
    chmodSync(test.path('a.py'), 0o000);
    const diagnosed = await withoutRoot(() => test.diagnose());
    expect(diagnosed).toContain('can not be read: EACCES');
  });

  it('reads nothing of an existing product folder', async () => {
    using test = new TestFolder({
      'pipeline.yaml': pipeline,
      'a.py': script(),
    });
    mkdirSync(test.path('a.ipynb'));
    expect(await test.load()).toMatchObject({ ok: true });
  });
});
