/** What differs by chance between two runs is gone; what a user computed stays. */
import { describe, expect, test } from '@jest/globals';
import {
  normaliseExecuted,
  writeNotebook,
  type Cell,
  type JsonObject,
  type Notebook,
} from '../src/index.js';

function code(outputs: readonly JsonObject[], metadata: JsonObject = {}): Cell {
  return { type: 'code', source: '', metadata, outputs, executionCount: 1 };
}

function stream(text: string): JsonObject {
  return { output_type: 'stream', name: 'stderr', text };
}

function textAfter(text: string): unknown {
  const { cells } = normaliseExecuted({
    cells: [code([stream(text)])],
    metadata: {},
  });
  return cells[0]?.outputs?.[0]?.['text'];
}

describe('process ids in paths', () => {
  test.each([
    [
      '/tmp/ipykernel_1234/3797901694.py:2: UserWarning: x',
      'ipykernel/3797901694.py:2: UserWarning: x',
    ],
    ['C:\\Users\\me\\Temp\\ipykernel_99\\1.py:1', 'ipykernel\\1.py:1'],
    [
      '\x1b[0;32m/tmp/ipykernel_1/2.py\x1b[0m',
      '\x1b[0;32mipykernel/2.py\x1b[0m',
    ],
    ['ipykernel_1234 is running', 'ipykernel_1234 is running'],
    ['/tmp/other_12/1.py', '/tmp/other_12/1.py'],
  ])('%j', (before, after) => {
    expect(textAfter(before)).toBe(after);
  });

  test('in tracebacks too', () => {
    const error = {
      output_type: 'error',
      traceback: ['/tmp/ipykernel_5/1.py in f', 'x'],
    };
    const { cells } = normaliseExecuted({
      cells: [code([error])],
      metadata: {},
    });
    expect(cells[0]?.outputs?.[0]?.['traceback']).toEqual([
      'ipykernel/1.py in f',
      'x',
    ]);
  });

  test('a long line of slashes takes no time worth noticing', () => {
    const text = `${'/a'.repeat(500_000)} ipykernel_`;
    expect(textAfter(text)).toBe(text);
  });
});

test('times are removed, other metadata stays', () => {
  const times = {
    execution: { a: 1 },
    papermill: {},
    ExecuteTime: {},
    tags: ['t'],
  };
  expect(
    normaliseExecuted({
      cells: [code([], times)],
      metadata: {
        papermill: { start_time: 'x' },
        kernelspec: { name: 'python3' },
      },
    }),
  ).toEqual({
    cells: [code([], { tags: ['t'] })],
    metadata: { kernelspec: { name: 'python3' } },
  });
});

/** Two sliders in a box, and a layout that nothing refers to; the ids and their order differ from run to run. */
function widgets(
  ids: readonly [string, string, string, string],
  isReversed: boolean,
): Notebook {
  const [box, first, second, loose] = ids;
  const states: [string, JsonObject][] = [
    [
      box,
      {
        model_name: 'Box',
        state: { children: [`IPY_MODEL_${first}`, `IPY_MODEL_${second}`] },
      },
    ],
    [first, { model_name: 'Slider', state: { value: 1 } }],
    [second, { model_name: 'Slider', state: { value: 2 } }],
    [loose, { model_name: 'Layout', state: {} }],
  ];
  const view = {
    'application/vnd.jupyter.widget-view+json': {
      model_id: box,
      version_major: 2,
    },
  };
  return {
    cells: [code([{ output_type: 'display_data', metadata: {}, data: view }])],
    metadata: {
      widgets: {
        'application/vnd.jupyter.widget-state+json': {
          version_major: 2,
          state: Object.fromEntries(isReversed ? states.reverse() : states),
        },
      },
    },
  };
}

describe('widgets', () => {
  test('two runs give the same bytes', () => {
    const one = normaliseExecuted(widgets(['b1', 'c2', 'a3', 'd4'], false));
    const other = normaliseExecuted(widgets(['z', 'x', 'y', 'a'], true));
    expect(writeNotebook(one)).toBe(writeNotebook(other));
  });

  test('references follow the ids', () => {
    const { cells, metadata } = normaliseExecuted(
      widgets(['z', 'x', 'y', 'a'], true),
    );
    expect(cells[0]?.outputs?.[0]?.['data']).toEqual({
      'application/vnd.jupyter.widget-view+json': {
        model_id: 'widget-1',
        version_major: 2,
      },
    });
    expect(metadata).toEqual({
      widgets: {
        'application/vnd.jupyter.widget-state+json': {
          version_major: 2,
          state: {
            'widget-1': {
              model_name: 'Box',
              state: { children: ['IPY_MODEL_widget-2', 'IPY_MODEL_widget-3'] },
            },
            'widget-2': { model_name: 'Slider', state: { value: 1 } },
            'widget-3': { model_name: 'Slider', state: { value: 2 } },
            'widget-4': { model_name: 'Layout', state: {} },
          },
        },
      },
    });
  });

  test('a view without saved state is numbered too', () => {
    const { cells } = normaliseExecuted({
      ...widgets(['z', 'x', 'y', 'a'], false),
      metadata: {},
    });
    expect(JSON.stringify(cells)).toContain('"model_id":"widget-1"');
  });
});

test('the notebook given is not changed, and a second pass changes nothing', () => {
  const notebook = widgets(['z', 'x', 'y', 'a'], false);
  const before = structuredClone(notebook);
  const once = normaliseExecuted(notebook);
  expect(notebook).toEqual(before);
  expect(normaliseExecuted(once)).toEqual(once);
});
