/** .ipynb files: what is read, and how each broken one is named and placed. */
import { describe, expect, test } from '@jest/globals';
import {
  readNotebook,
  renderDiagnostic,
  stringifyJson,
  type ReadNotebook,
} from '../src/index.js';

function read(text: string): ReadNotebook {
  const result = readNotebook({ path: '/w/a.ipynb', text });
  if (!result.ok) {
    throw new Error(renderDiagnostic(result.error));
  }
  return result.value;
}

function errorOf(text: string): string {
  const result = readNotebook({ path: '/w/a.ipynb', text });
  return result.ok ? 'no error' : renderDiagnostic(result.error, { cwd: '/w' });
}

/** A notebook on several lines, so that places differ. */
function file(...cells: string[]): string {
  return `{"nbformat": 4,\n "metadata": {},\n "cells": [\n  ${cells.join(',\n  ')}\n ]}`;
}

const good = '{"cell_type": "raw", "metadata": {}, "source": ""}';

describe('reading', () => {
  test('texts in lines are joined', () => {
    const text = file(
      '{"cell_type": "code", "id": "x", "metadata": {"tags": ["a"], "trusted": true}, "source": ["a\\n", "b"], "execution_count": 2, "outputs": [{"output_type": "stream", "name": "stdout", "text": ["1\\n", "2"]}, {"output_type": "display_data", "metadata": {}, "data": {"text/plain": ["x\\n", "y"], "application/json": ["x", "y"]}}]}',
      '{"cell_type": "markdown", "metadata": {}, "source": "c", "attachments": {"a.png": {"image/png": ["AA\\n", "BB"]}}}',
    );
    expect(read(text).notebook.cells).toEqual([
      {
        type: 'code',
        id: 'x',
        source: 'a\nb',
        metadata: { tags: ['a'] },
        executionCount: 2,
        outputs: [
          { output_type: 'stream', name: 'stdout', text: '1\n2' },
          {
            output_type: 'display_data',
            metadata: {},
            data: { 'text/plain': 'x\ny', 'application/json': ['x', 'y'] },
          },
        ],
      },
      {
        type: 'markdown',
        source: 'c',
        metadata: {},
        attachments: { 'a.png': { 'image/png': 'AA\nBB' } },
      },
    ]);
  });

  test.each([
    ['{"kernelspec": {"name": "ir", "language": "R"}}', 'r', 'ir'],
    ['{"language_info": {"name": "julia"}}', 'julia', undefined],
    ['{"kernelspec": {"name": "ir"}}', 'r', 'ir'],
    ['{}', 'python', undefined],
    ['{"kernelspec": null}', 'python', undefined],
  ])(
    'metadata %s: language %s, kernel %s',
    (metadata, language, kernelName) => {
      const found = read(
        `{"nbformat": 4, "metadata": ${metadata}, "cells": []}`,
      );
      expect([found.language, found.kernelName]).toEqual([
        language,
        kernelName,
      ]);
    },
  );

  test.each([
    [
      '4.0 without metadata of cells',
      '{"nbformat": 4, "nbformat_minor": 0, "cells": [{"cell_type": "code", "source": "a"}]}',
    ],
    [
      'a newer minor version',
      '{"nbformat": 4, "nbformat_minor": 99, "metadata": {}, "cells": [{"cell_type": "code", "source": "a", "id": "i"}]}',
    ],
    [
      'with a byte order mark and Windows line breaks',
      '\uFEFF{"nbformat": 4,\r\n"cells": [{"cell_type": "code", "source": "a"}]}\r\n',
    ],
  ])('%s', (_name, text) => {
    expect(read(text).notebook.cells[0]?.source).toBe('a');
  });

  test('numbers in outputs keep their text', () => {
    const { cells } = read(
      file(
        '{"cell_type": "code", "source": "", "outputs": [{"output_type": "display_data", "data": {"application/json": [1.0, 12345678901234567890, NaN]}}]}',
      ),
    ).notebook;
    const [output] = cells[0]?.outputs ?? [];
    expect(stringifyJson(output?.['data'] ?? null)).toBe(
      '{"application/json":[1.0,12345678901234567890,NaN]}',
    );
  });
});

describe('broken files', () => {
  test('invalid JSON', () => {
    expect(
      errorOf('{"nbformat": 4,\n "cells": [\n  {"cell_type" "code"}]}'),
    ).toBe(
      [
        "a.ipynb:3:16: error: The notebook is not valid JSON: Colon ':' expected after property name but got '\"'. [invalid-json]",
        '  |',
        '3 |   {"cell_type" "code"}]}',
        '  |                ^',
        '  = Open it in Jupyter and save it again, or restore an intact version.',
      ].join('\n'),
    );
  });

  test('a file that was cut', () => {
    expect(errorOf('{"nbformat": 4,\n "cells": [').split('\n')[0]).toBe(
      "a.ipynb:2:12: error: The notebook is not valid JSON: Array item or end of array ']' expected but reached end of input. [invalid-json]",
    );
  });

  test('an empty file', () => {
    expect(errorOf(' \n').split('\n')[0]).toBe(
      'a.ipynb:2:1: error: The notebook file is empty. [invalid-json]',
    );
  });

  test('a merge conflict', () => {
    expect(
      errorOf(
        '{"nbformat": 4, "cells": [\n<<<<<<< HEAD\n 1\n=======\n 2\n>>>>>>> topic\n]}',
      ),
    ).toBe(
      [
        'a.ipynb:2:1: error: The notebook holds the markers of an unresolved merge conflict. [merge-conflict]',
        '  |',
        '2 | <<<<<<< HEAD',
        '  | ~~~~~~~~~~~~',
        '  = Resolve the conflict; "nbdime" merges notebooks cell by cell.',
      ].join('\n'),
    );
  });

  test('nbformat 3', () => {
    expect(
      errorOf('{"metadata": {},\n "nbformat": 3,\n "worksheets": []}'),
    ).toBe(
      [
        'a.ipynb:2:14: error: The notebook has format version 3; version 4 is needed. [unsupported-nbformat]',
        '  |',
        '2 |  "nbformat": 3,',
        '  |              ^',
        '  = Convert it with "jupyter nbconvert --to notebook --inplace <file>".',
      ].join('\n'),
    );
  });

  test.each([
    ['no object', '[1]', '1:1', 'A notebook must be a JSON object.'],
    [
      'no notebook',
      '{"a": 1}',
      '1:1',
      'This JSON file is no notebook: it has no "nbformat".',
    ],
    [
      'no cells',
      '{"nbformat": 4}',
      '1:1',
      'The "cells" of a notebook must be a list.',
    ],
    [
      'cells that are no list',
      '{"nbformat": 4,\n "cells": {}}',
      '2:11',
      'The "cells" of a notebook must be a list.',
    ],
    [
      'metadata that is no object',
      '{"nbformat": 4,\n "metadata": 1, "cells": []}',
      '2:14',
      'The "metadata" of a notebook must be an object.',
    ],
    [
      'a cell that is no object',
      file(good, '3'),
      '5:3',
      'Cell 2 must be an object.',
    ],
    [
      'a cell without type',
      file('{"source": ""}'),
      '4:3',
      'Cell 1 has no cell_type of "code", "markdown" or "raw".',
    ],
    [
      'a cell of another type',
      file(good, '{"cell_type": "sql", "source": ""}'),
      '5:17',
      'Cell 2 has no cell_type of "code", "markdown" or "raw".',
    ],
    [
      'a cell without source',
      file('{"cell_type": "code"}'),
      '4:3',
      'Cell 1 has no source of text or lines.',
    ],
    [
      'a source of numbers',
      file('{"cell_type": "code", "source": [1]}'),
      '4:35',
      'Cell 1 has no source of text or lines.',
    ],
    [
      'metadata of a cell',
      file('{"cell_type": "raw", "source": "", "metadata": []}'),
      '4:50',
      'The metadata of cell 1 must be an object.',
    ],
    [
      'outputs',
      file('{"cell_type": "code", "source": "", "outputs": {}}'),
      '4:50',
      'The outputs of cell 1 must be a list of objects.',
    ],
    [
      'tags',
      file('{"cell_type": "raw", "source": "", "metadata": {"tags": "a"}}'),
      '4:59',
      'The tags of cell 1 must be a list of texts.',
    ],
  ])('%s', (_name, text, place, message) => {
    const [head] = errorOf(text).split('\n');
    expect(head).toBe(`a.ipynb:${place}: error: ${message} [invalid-notebook]`);
  });
});
