/**
 * Functions of the user as a loaded pipeline holds them: where they were found, what their digest covers, what is never
 * looked at.
 */
import { createHash } from 'node:crypto';
import { readFileSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { PythonFacts } from '@nx-notebook/python';
import type { FunctionSource, Pipeline, TemplateSource } from '../src/index.js';
import { TestFolder } from './test-folder.js';

const one = `tasks:
  - {source: fns.make, product: a}
`;

async function load(test: TestFolder): Promise<Pipeline> {
  const result = await test.load();
  if (!result.ok) throw new Error(await test.diagnose());
  return result.pipeline;
}

async function makeOf(test: TestFolder): Promise<FunctionSource> {
  const source = (await load(test)).tasks[0]?.source;
  if (source?.kind !== 'function') throw new Error('no function');
  return source;
}

async function digestOf(test: TestFolder): Promise<string> {
  return (await makeOf(test)).call.digest;
}

describe('the digest of a call', () => {
  it('is another one when the function changes, the same when another one does', async () => {
    using test = new TestFolder({
      'pipeline.yaml': one,
      'fns.py': 'def make(product): return 1\ndef other(): return 1\n',
    });
    const first = await digestOf(test);
    test.write({
      'fns.py': 'def make(product): return 1\ndef other(): return 2\n',
    });
    expect(await digestOf(test)).toBe(first);
    test.write({
      'fns.py': 'def make(product): return 2\ndef other(): return 2\n',
    });
    expect(await digestOf(test)).not.toBe(first);
  });

  it('is that of the file that defines a function which is passed on', async () => {
    using test = new TestFolder({
      'pipeline.yaml': one,
      'fns/__init__.py': 'from .deep import make\n',
      'fns/deep.py': 'def make(product): return 1\n',
    });
    const first = await digestOf(test);
    test.write({ 'fns/deep.py': 'def make(product): return 2\n' });
    expect(await digestOf(test)).not.toBe(first);
  });

  it('tells two functions of a module apart that are taken as a whole', async () => {
    using test = new TestFolder({
      'pipeline.yaml':
        'tasks:\n  - {source: fns.a, product: a}\n  - {source: fns.b, product: b}\n',
      'fns.py': 'def a(product): globals()\ndef b(product): globals()\n',
    });
    const digests = (await load(test)).tasks.map(({ source }) =>
      source.kind === 'function' ? source.call.digest : '',
    );
    expect(new Set(digests).size).toBe(2);
  });

  it('holds the bytes of the file beside it', async () => {
    using test = new TestFolder({
      'pipeline.yaml': one,
      'fns.py': '\uFEFFdef make(product):\r\n    return "ä"\r\n',
    });
    const { call } = await makeOf(test);
    expect(call.file?.fileDigest).toBe(
      createHash('sha256')
        .update(readFileSync(test.path('fns.py')))
        .digest('hex'),
    );
  });
});

describe('loading', () => {
  it('reads the modules of functions, and remembers where others could be', async () => {
    using test = new TestFolder({
      'pipeline.yaml': one,
      'fns.py': 'def make(product): pass\n',
    });
    const { reads, absent } = await load(test);
    expect(reads).toContain(test.path('fns.py'));
    // A package comes before a module of the same name.
    expect(absent).toContain(test.path('fns'));
  });

  it('takes a module that a link leads out of the workspace to as installed', async () => {
    using test = new TestFolder({ 'pipeline.yaml': one });
    test.writeBeside({ 'secret.py': 'def make(product): pass\n' });
    symlinkSync(`${test.root}/../secret.py`, test.path('fns.py'));
    const pipeline = await load(test);
    expect(pipeline.tasks[0]?.source.path).toBe('pipeline.yaml');
    expect(pipeline.reads).not.toContain(test.path('fns.py'));
  });

  it('does not follow a function out of the workspace', async () => {
    using test = new TestFolder({
      'pipeline.yaml': one,
      'fns.py': 'from .....secret import make\n',
    });
    test.writeBeside({ 'secret.py': 'def make(product): pass\n' });
    expect((await makeOf(test)).call.file?.path).toBe('fns.py');
  });

  it('ends where functions are passed on in circles', async () => {
    using test = new TestFolder({
      'pipeline.yaml': one,
      'fns.py': 'from other import make\n',
      'other.py': 'from fns import make\n',
    });
    expect((await makeOf(test)).call.module).toBe('fns');
  });

  it('parses a module that a cache knows only once', async () => {
    using test = new TestFolder({
      'pipeline.yaml': one,
      'fns.py': 'def make(product, x): pass\n',
    });
    const stored = new Map<string, PythonFacts>();
    let reads = 0;
    const facts = {
      get: (digest: string): PythonFacts | undefined => stored.get(digest),
      set: (digest: string, found: PythonFacts): void => {
        reads += 1;
        stored.set(digest, JSON.parse(JSON.stringify(found)) as PythonFacts);
      },
    };
    const first = await test.load({ facts });
    const second = await test.load({ facts });
    expect(second).toEqual(first);
    expect(first.ok).toBe(false);
    expect(reads).toBe(1);
  });
});

describe('what a shell script runs', () => {
  it.each([
    ['python fit.py --n 3', 'fit.py', '', false],
    [
      './tool {{product}}; ../bin/other.sh',
      './tool ../bin/other.sh',
      '',
      false,
    ],
    ['python3 -m pkg.fit > {{product}}', '', 'pkg.fit pkg.fit', false],
    ['Rscript "analysis.R"', 'analysis.R', '', false],
    ['bash -c "sh deep/run.sh" && cat data.csv', 'deep/run.sh', '', false],
    ['# python old.py\necho 1', '', '', false],
    ['python -c "import fit"', '', '', true],
    ['python - <<EOF\nimport fit\nEOF', '', '', true],
    ['echo "import fit" | python', '', '', true],
    ['python "$SCRIPT"', '', '', true],
    ['python {{product}}.txt', '', '', true],
  ])('%j', async (text, paths, modules, importsAnything) => {
    using test = new TestFolder({
      'pipeline.yaml': 'tasks:\n  - {source: a.sh, product: a}\n',
      'a.sh': `${text}\ntouch {{product}}\n`,
    });
    const source = (await load(test)).tasks[0]?.source as TemplateSource;
    expect({
      paths: source.facts?.paths.join(' '),
      modules: source.facts?.imports.map(({ module }) => module).join(' '),
      importsAnything: source.facts?.importsAnything,
    }).toEqual({ paths, modules, importsAnything });
  });
});
