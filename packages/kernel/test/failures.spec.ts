import { expect, it } from '@jest/globals';
import { cellFailed } from '../src/failures.js';

const cell = {
  index: 1,
  ordinal: 2,
  total: 3,
  source: 'f()',
  stdout: '',
  stderr: '',
};

it.each([
  ['', 'Cell 2 of 3 raised E'],
  ['no columns', 'Cell 2 of 3 raised E: no columns'],
  ['\n2 errors\n- a\n- b\n', 'Cell 2 of 3 raised E: 2 errors'],
  ['\x1b[31mred\x1b[39m', 'Cell 2 of 3 raised E: red'],
  ['x'.repeat(5000), `Cell 2 of 3 raised E: ${'x'.repeat(200)} ...`],
])('an error with the text %j is one short line', (evalue, message) => {
  const error = { ename: 'E', evalue, traceback: [] };
  expect(cellFailed(error, cell)).toMatchObject({
    message,
    errorValue: evalue,
  });
});
