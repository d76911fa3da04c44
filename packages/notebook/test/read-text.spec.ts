/** The text reader gives the cells of jupytext, and says what jupytext keeps to itself. */
import { describe, expect, test } from '@jest/globals';
import {
  readNotebook,
  renderDiagnostics,
  type ReadNotebook,
} from '../src/index.js';
import {
  expectedCells,
  plainCells,
  readFixture,
  textFolder,
  textNames,
} from './fixture-files.js';

function read(name: string, text: string): ReadNotebook {
  const result = readNotebook({ path: `/w/${name}`, text });
  if (!result.ok) {
    throw new Error(renderDiagnostics([result.error]));
  }
  return result.value;
}

function sources(name: string, text: string): string[] {
  return read(name, text).notebook.cells.map(({ source }) => source);
}

function warnings(name: string, text: string): string {
  return renderDiagnostics(read(name, text).warnings, { cwd: '/w' });
}

function errorOf(name: string, text: string): string {
  const result = readNotebook({ path: `/w/${name}`, text });
  return result.ok
    ? 'no error'
    : renderDiagnostics([result.error], { cwd: '/w' });
}

describe('cells equal those of jupytext', () => {
  test('the expectations cover the corpus', () => {
    expect(Object.keys(expectedCells).sort()).toEqual(textNames);
  });

  test.each(textNames)('%s', (name) => {
    const { notebook } = read(
      `${textFolder}/${name}`.slice(1),
      readFixture(name),
    );
    expect(plainCells(notebook.cells)).toEqual(expectedCells[name]);
  });
});

describe('format', () => {
  test.each([
    ['percent', 'percent-cells.py'],
    ['hydrogen', 'percent-bare-magic-is-hydrogen.py'],
    ['hydrogen', 'hydrogen-by-header.py'],
    ['light', 'light-plain-script.py'],
    ['light', 'percent-format-name-light.py'],
    ['percent', 'percent-r.R'],
    ['markdown', 'markdown-cells.md'],
    ['rmarkdown', 'rmarkdown-chunks.Rmd'],
  ])('%s: %s', (format, name) => {
    expect(read(name, readFixture(name)).format).toBe(format);
  });
});

describe('language and kernel', () => {
  test.each([
    ['percent-cells.py', 'python', undefined],
    ['percent-header.py', 'python', 'python3'],
    ['percent-other-kernel-language.py', 'bash', 'bash'],
    ['percent-r-lower.r', 'r', undefined],
    ['rmarkdown-chunks.Rmd', 'r', undefined],
    ['rmarkdown-python.Rmd', 'python', undefined],
    ['rmarkdown-header-r.Rmd', 'r', 'ir'],
    ['markdown-main-language.md', 'r', undefined],
  ])('%s: %s, %s', (name, language, kernelName) => {
    const found = read(name, readFixture(name));
    expect([found.language, found.kernelName]).toEqual([language, kernelName]);
  });

  test('the header becomes notebook metadata, without the layout of the text', () => {
    const { notebook } = read('a.py', readFixture('percent-header.py'));
    expect(notebook.metadata).toEqual({
      kernelspec: {
        display_name: 'Python 3',
        language: 'python',
        name: 'python3',
      },
    });
  });
});

describe('where jupytext fails or harms', () => {
  test('a byte order mark does not hide the first marker', () => {
    expect(sources('a.py', '\uFEFF# %%\na\n# %%\nb\n')).toEqual(['a', 'b']);
  });

  test('line separators inside of a string are text', () => {
    expect(sources('a.py', '# %%\ns = "a\u2028b\fc"\n')).toEqual([
      's = "a\u2028b\fc"',
    ]);
  });

  test('carriage returns alone end lines', () => {
    expect(sources('a.py', '# %%\ra\r# %%\rb\r')).toEqual(['a', 'b']);
  });

  test.each([
    [
      'a.Rmd',
      '```{r tags=c("parameters"), echo=FALSE}\nx\n```\n',
      ['parameters', 'remove_input'],
    ],
    ['a.Rmd', '```{r tags="parameters"}\nx\n```\n', ['parameters']],
    ['a.py', '# %% tags="parameters"\nx\n', ['parameters']],
    ['a.py', '# %% {"tags": "parameters"}\nx\n', ['parameters']],
  ])('%s: %j has the tags %j', (name, text, tags) => {
    const [cell] = read(name, text).notebook.cells;
    expect(cell?.metadata['tags']).toEqual(tags);
  });

  test('a chunk with unbalanced options keeps its code', () => {
    const { notebook } = read('a.Rmd', '```{r a, b=c(1}\nx\n```\n');
    expect(plainCells(notebook.cells)).toEqual([
      ['code', 'x', { incorrectly_encoded_metadata: 'a, b=c(1' }],
    ]);
  });

  test('names of JavaScript are nothing special', () => {
    const [cell] = read('a.py', '# %% __proto__={"a": 1} constructor\nx\n')
      .notebook.cells;
    expect(Object.keys(cell?.metadata ?? {}).sort()).toEqual([
      '__proto__',
      'constructor',
    ]);
    expect(sources('a.py', '# %% a=constructor\nx\n')).toEqual(['x']);
  });
});

describe('warnings', () => {
  test('tags that are no tags', () => {
    expect(warnings('a.py', '# %% tags=parameters\nx = 1\n')).toBe(
      [
        'a.py:1:6: warning: "tags=parameters" is not valid cell metadata and has no effect. [unreadable-cell-metadata]',
        '  |',
        '1 | # %% tags=parameters',
        '  |      ~~~~~~~~~~~~~~~',
        '  = Write tags=["parameters"].',
      ].join('\n'),
    );
  });

  test('metadata that is none', () => {
    expect(warnings('a.py', '# + {"a": oops}\nx = 1\n')).toBe(
      [
        'a.py:1:5: warning: "{"a": oops}" is not valid cell metadata and has no effect. [unreadable-cell-metadata]',
        '  |',
        '1 | # + {"a": oops}',
        '  |     ~~~~~~~~~~~',
        '  = Write key=value pairs with JSON values, for example name="fit" n=1.',
      ].join('\n'),
    );
  });

  test('a comment that starts with a shell word', () => {
    expect(warnings('a.py', '# %%\nx = 1\n# ls the files\n')).toBe(
      [
        'a.py:3:1: warning: This comment runs as the command "ls the files". [comment-is-command]',
        '  |',
        '3 | # ls the files',
        '  | ~~~~~~~~~~~~~~',
        '  = Start it with another word if it is only a comment.',
      ].join('\n'),
    );
  });

  test.each([
    ['a question in an explicit cell', '# %%\n# really?\n', 1],
    ['the same in a light paragraph', '# really?\nx = 1\n', 0],
    ['a magic', '# %%\n# %matplotlib inline\n# !ls\n', 0],
    ['a shell word in a text cell', '# %% [markdown]\n# ls\n', 0],
    ['a shell word in a string', '# %%\n"""\n# ls x\n"""\n', 0],
    ['a shell word in a hydrogen script', '# %%\n# ls x\n%time\n', 0],
  ])('%s: %j gives %d', (_name, text, count) => {
    expect(read('a.py', text).warnings).toHaveLength(count);
  });
});

describe('errors', () => {
  test.each([
    [
      'marimo',
      'a.py',
      'import marimo\n\napp = marimo.App()\n',
      1,
      'a marimo notebook',
    ],
    [
      'sphinx',
      'a.py',
      `x = 1\n${'#'.repeat(30)}\n# a\n${'#'.repeat(30)}\n`,
      2,
      'a Sphinx-Gallery script',
    ],
    ['spin', 'a.R', "x <- 1\n#' Text\n", 2, 'an R script in knitr spin format'],
    [
      'myst',
      'a.md',
      'text\n\n```{code-cell} ipython3\n1\n```\n',
      3,
      'a MyST Markdown notebook',
    ],
    [
      'pandoc',
      'a.md',
      'text\n\n::: {.cell .code}\n',
      3,
      'a Pandoc Markdown notebook',
    ],
    [
      'myst by header',
      'a.md',
      '---\njupyter:\n  jupytext:\n    text_representation:\n      format_name: myst\n---\n',
      5,
      'a MyST Markdown notebook',
    ],
    [
      'another by header',
      'a.py',
      '# ---\n# jupyter:\n#   jupytext:\n#     text_representation:\n#       format_name: bare\n# ---\n',
      5,
      'in the format "bare"',
    ],
  ])('%s is named', (_name, ...[file, text, line, what]) => {
    const [first] = errorOf(file, text).split('\n');
    expect(first).toMatch(new RegExp(`^${file}:${line}:\\d+: error: `));
    expect(first).toContain(`This file is ${what}, which is not supported.`);
  });

  test('a plain script with banners is told how to stay one', () => {
    const banner = '#'.repeat(30);
    expect(errorOf('a.py', `x = 1\n${banner}\n# a\n${banner}\n`)).toBe(
      [
        'a.py:2:1: error: This file is a Sphinx-Gallery script, which is not supported. [unsupported-notebook-format]',
        '  |',
        `2 | ${banner}`,
        `  | ${'~'.repeat(30)}`,
        '  = Lines of 20 or more "#" make it one; start the cells of a plain script with "# %%".',
      ].join('\n'),
    );
  });

  test('a kernelspec without display_name', () => {
    const text =
      '# ---\n# jupyter:\n#   kernelspec:\n#     name: python3\n# ---\n';
    expect(errorOf('a.py', text)).toBe(
      [
        'a.py:2:1: error: The kernelspec of the header has no display_name. [invalid-header]',
        '  |',
        '2 | # jupyter:',
        '  | ~~~~~~~~~~',
        '  = Add one, for example "display_name: Python 3".',
      ].join('\n'),
    );
  });

  test('a header that is no YAML', () => {
    const text = '# ---\n# jupyter:\n#   a: [1\n#   b: }\n# ---\n';
    expect(errorOf('a.py', text)).toBe(
      [
        'a.py:2:1: error: The "jupyter" section of the header is not valid YAML. [invalid-header]',
        '  |',
        '2 | # jupyter:',
        '  | ~~~~~~~~~~',
        '  = Correct it, or delete it to use the defaults.',
      ].join('\n'),
    );
  });

  test('another encoding', () => {
    expect(errorOf('a.py', '#!/usr/bin/python\n# coding: latin-1\nx\n')).toBe(
      [
        'a.py:2:1: error: The file declares the encoding "latin-1"; only utf-8 is read. [unsupported-encoding]',
        '  |',
        '2 | # coding: latin-1',
        '  | ~~~~~~~~~~~~~~~~~',
        '  = Save the file as UTF-8 and change or delete this comment.',
      ].join('\n'),
    );
  });

  test('an extension that is none', () => {
    expect(errorOf('a.ipnyb', '{}')).toBe(
      [
        'error: "/w/a.ipnyb" has no extension of a notebook or script. [unknown-notebook-extension]',
        ' = Use .ipynb, .py, .R, .r, .Rmd or .md.',
      ].join('\n'),
    );
  });
});
