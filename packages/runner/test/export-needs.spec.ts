/** What an export lacks, known before the notebook is executed. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { TaskFailure } from '@nx-notebook/engine';
import type { Cell } from '@nx-notebook/notebook';
import type { NotebookSource, Param } from '@nx-notebook/pipeline';
import { exportProblem } from '../src/export/export-needs.js';
import { Files } from './support/files.js';
import { paramsOf } from './support/tasks.js';

const nbconvert = {
  'site/nbconvert/__init__.py': '',
  'site/nbconvert-7.0.dist-info/METADATA': 'Name: nbconvert\nVersion: 7.0\n',
  'site/nbconvert-7.0.dist-info/entry_points.txt':
    '[console_scripts]\njupyter-x = y:z\n\n[nbconvert.exporters]\nhtml = nbconvert.exporters:HTMLExporter\nlatex=a:b\npdf = a:c\nslides = a:d\nwebpdf = a:e\n\n[other]\nno = a:b\n',
};

const title: Cell = { type: 'markdown', source: '# A', metadata: {} };

function problemOf(
  files: Files,
  exporter: string,
  {
    cells = [title],
    exportOptions = [],
  }: {
    readonly cells?: readonly Cell[];
    readonly exportOptions?: readonly Param[];
  } = {},
): TaskFailure | undefined {
  const { root } = files;
  const source: Pick<NotebookSource, 'notebook' | 'exportOptions'> = {
    notebook: { cells, metadata: {} },
    exportOptions,
  };
  return exportProblem(
    source,
    [
      {
        key: 'nb',
        path: 'a.ipynb',
        absolutePath: '/a.ipynb',
        isNotebook: true,
      },
      {
        key: 'doc',
        path: 'a.doc',
        absolutePath: '/a.doc',
        isNotebook: true,
        exporter,
      },
    ],
    {
      interpreter: {
        path: join(root, 'env/python'),
        version: '3.11',
        sitePackages: [join(root, 'site')],
      },
      variables: { PATH: join(root, 'bin') },
    },
  );
}

/** Files with programs that can be run. */
function machineWith(...programs: readonly string[]): Files {
  const files = new Files({
    ...nbconvert,
    ...Object.fromEntries(programs.map((path) => [path, ''])),
  });
  for (const path of programs) chmodSync(join(files.root, path), 0o755);
  return files;
}

test('nbconvert itself', () => {
  using files = new Files({ 'site/other/__init__.py': '' });
  expect(problemOf(files, 'html')).toEqual({
    reason: 'execution-failed',
    cause: 'export-impossible',
    message: `a.doc can't be made: nbconvert is not installed in ${files.root}/env/python.`,
    hint: 'Install it: pip install nbconvert',
    detail: [],
  });
});

test('nothing is missing', () => {
  using files = machineWith();
  expect(
    ['html', 'slides', 'HTML', 'md', 'my.Exporter'].map((name) =>
      problemOf(files, name),
    ),
  ).toEqual(Array.from({ length: 5 }, () => undefined));
});

test('an exporter that nobody has', () => {
  using files = machineWith();
  expect(problemOf(files, 'slide')).toMatchObject({
    message:
      "a.doc can't be made: 'slide' is not a valid 'nbconvert_exporter_name' value.",
    hint: 'Choose one from: html, latex, pdf, slides, webpdf.',
  });
});

describe('pandoc', () => {
  test('is needed for text', () => {
    using files = machineWith();
    expect(problemOf(files, 'latex')).toMatchObject({
      message:
        "a.doc can't be made: nbconvert's latex needs the program pandoc.",
      hint: 'Install pandoc: https://pandoc.org/installing.html',
    });
  });

  test('is not needed without text', () => {
    using files = machineWith();
    expect(problemOf(files, 'latex', { cells: [] })).toBeUndefined();
  });

  test.each(['bin/pandoc', 'env/pandoc'])('is found at %s', (path) => {
    using files = machineWith(path);
    expect(problemOf(files, 'latex')).toBeUndefined();
  });
});

test('pdf needs xelatex, unless another program is named', () => {
  using files = machineWith('bin/pandoc');
  expect(problemOf(files, 'pdf')).toMatchObject({
    message: "a.doc can't be made: nbconvert's pdf needs the program xelatex.",
  });
  const exportOptions = paramsOf({ latex_command: "['tectonic']" });
  expect(problemOf(files, 'pdf', { exportOptions })).toBeUndefined();
});

test('webpdf needs playwright', () => {
  using files = machineWith();
  expect(problemOf(files, 'webpdf')).toMatchObject({
    hint: 'Install it: pip install "nbconvert[webpdf]" && playwright install chromium',
  });
  files.write('site/playwright/__init__.py', '');
  expect(problemOf(files, 'webpdf')).toBeUndefined();
});
