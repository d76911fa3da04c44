/** Places in a text, and diagnostics as people see them. */
import { describe, expect, test } from '@jest/globals';
import {
  locationAt,
  renderDiagnostic,
  renderDiagnostics,
  type Diagnostic,
} from '../src/index.js';

describe('locationAt', () => {
  const text = 'one\r\ntwo\rthree\n\nlast';
  test.each([
    [0, 3, [1, 1, 3, 'one']],
    [1, 99, [1, 2, 2, 'one']],
    [3, 1, [1, 4, 1, 'one']],
    [4, 1, [1, 4, 1, 'one']],
    [5, 3, [2, 1, 3, 'two']],
    [9, 5, [3, 1, 5, 'three']],
    [15, 1, [4, 1, 1, '']],
    [16, 4, [5, 1, 4, 'last']],
    [20, 0, [5, 5, 1, 'last']],
    [999, 5, [5, 5, 1, 'last']],
    [-3, 2, [1, 1, 2, 'one']],
  ])(
    'offset %d, length %d',
    (offset, length, [line, column, span, lineText]) => {
      expect(locationAt('/w/f', text, offset, length)).toEqual({
        file: '/w/f',
        line,
        column,
        length: span,
        lineText,
      });
    },
  );

  test('an empty text has one place', () => {
    expect(locationAt('/w/f', '', 0, 1)).toEqual({
      file: '/w/f',
      line: 1,
      column: 1,
      length: 1,
      lineText: '',
    });
  });
});

function at(lineText: string, part: string, line = 12): Diagnostic {
  return {
    severity: 'error',
    code: 'unknown-key',
    message: 'Something is wrong.',
    hint: 'Do something.',
    location: {
      file: '/w/ml/pipeline.yaml',
      line,
      column: lineText.indexOf(part) + 1,
      length: part.length,
      lineText,
    },
  };
}

function picture(lineText: string, part: string): string[] {
  return renderDiagnostic(at(lineText, part)).split('\n').slice(2, 4);
}

describe('renderDiagnostic', () => {
  test('the whole block', () => {
    expect(
      renderDiagnostic(at('  - prodcut: out.ipynb', 'prodcut'), { cwd: '/w' }),
    ).toBe(
      [
        'ml/pipeline.yaml:12:5: error: Something is wrong. [unknown-key]',
        '   |',
        '12 |   - prodcut: out.ipynb',
        '   |     ~~~~~~~',
        '   = Do something.',
      ].join('\n'),
    );
  });

  test('without place and next step', () => {
    expect(
      renderDiagnostic({ severity: 'warning', code: 'a-code', message: 'So.' }),
    ).toBe('warning: So. [a-code]');
  });

  test.each([
    ['/w', 'ml/pipeline.yaml:12:1: '],
    ['/w/ml', 'pipeline.yaml:12:1: '],
    ['/elsewhere', '/w/ml/pipeline.yaml:12:1: '],
    ['/w/m', '/w/ml/pipeline.yaml:12:1: '],
    [undefined, '/w/ml/pipeline.yaml:12:1: '],
  ])('in the folder %s the path is %s', (cwd, start) => {
    const block = renderDiagnostic(
      at('a', 'a'),
      cwd === undefined ? {} : { cwd },
    );
    expect(block.slice(0, start.length)).toBe(start);
  });

  test('one character is marked by ^', () => {
    expect(picture('a: b', ':')).toEqual(['12 | a: b', '   |  ^']);
  });

  test('tabs are blanks of known width', () => {
    expect(picture('\tkey:\tvalue', 'value')).toEqual([
      '12 |     key:    value',
      '   |             ~~~~~',
    ]);
  });

  test('wide characters take two columns, combining ones none', () => {
    expect(picture('你好: é e\u0301 😀: bad', 'bad')).toEqual([
      '12 | 你好: é e\u0301 😀: bad',
      `   | ${' '.repeat(14)}~~~`,
    ]);
    expect(picture('a 你好 b', '你好')).toEqual([
      '12 | a 你好 b',
      '   |   ~~~~',
    ]);
  });

  test('characters that steer a terminal are shown, not sent', () => {
    expect(picture('a \x1b[31mred\u202e b', 'b')).toEqual([
      '12 | a \uFFFD[31mred\uFFFD b',
      '   |             ^',
    ]);
  });

  test('the end of a line can be marked', () => {
    const { location, ...rest } = at('key:', ':');
    const end = {
      ...rest,
      location: {
        file: '/w/f',
        line: 1,
        length: 1,
        lineText: 'key:',
        column: 5,
      },
    };
    expect(location).toBeDefined();
    expect(renderDiagnostic(end).split('\n').slice(2, 4)).toEqual([
      '1 | key:',
      '  |     ^',
    ]);
  });

  test('an endless line is cut around the part that is meant', () => {
    const [line, mark] = picture(
      `${'a'.repeat(5000)}BAD${'c'.repeat(5000)}`,
      'BAD',
    );
    expect(line).toBe(`12 | …${'a'.repeat(40)}BAD${'c'.repeat(57)}…`);
    expect(mark).toBe(`   | ${' '.repeat(41)}~~~`);
  });

  test('a part longer than a screen is cut too', () => {
    const [line, mark] = picture('x'.repeat(5000), 'x'.repeat(5000));
    expect(line).toBe(`12 | ${'x'.repeat(100)}…`);
    expect(mark).toBe(`   | ${'~'.repeat(100)}`);
  });

  test('colours do not change the text', () => {
    const diagnostic = at('  - prodcut: out.ipynb', 'prodcut');
    const colored = renderDiagnostic(diagnostic, { color: true });
    expect(colored).toContain('\x1b[31m~~~~~~~\x1b[39m');
    expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(
      renderDiagnostic(diagnostic),
    );
  });
});

test('several blocks are separated by an empty line, in their order', () => {
  const list: Diagnostic[] = [
    { severity: 'error', code: 'a', message: 'One.' },
    { severity: 'warning', code: 'b', message: 'Two.' },
  ];
  expect(renderDiagnostics(list)).toBe('error: One. [a]\n\nwarning: Two. [b]');
  expect(renderDiagnostics([])).toBe('');
});
