import { describe, expect, it } from '@jest/globals';
import { failingLine } from '../src/run/failed-cell.js';

describe('the failing line of a cell', () => {
  it.each<[string, string, number, number | undefined]>([
    [
      'is found between colours',
      '\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[3]\x1b[39m\x1b[32m, line 4\x1b[39m\n',
      3,
      4,
    ],
    [
      'is the innermost one',
      'Cell In[3], line 9\nCell In[3], line 2, in f(x)\n',
      3,
      2,
    ],
    [
      'is not one of another cell',
      'Cell In[3], line 9\nCell In[1], line 2, in f(x)\n',
      3,
      9,
    ],
    ['may be unknown', 'File ~/x.py:3, in f(x)', 3, undefined],
    [
      'is found in the form of IPython 8.0',
      'Input In [3], in <cell line: 5>()',
      3,
      5,
    ],
    ['is found in the form of IPython 8.7', 'Cell In [3], line 6', 3, 6],
  ])('%s', (_, traceback, count, line) => {
    expect(failingLine(traceback.split('\n'), count)).toBe(line);
  });
});
