import { beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@nx-notebook/notebook';
import { CellOutputs } from '../src/outputs/cell-outputs.js';

const stream = (name: string, text: string): JsonObject => ({
  output_type: 'stream',
  name,
  text,
});
const display = (text: string): JsonObject => ({
  output_type: 'display_data',
  data: { 'text/plain': text },
  metadata: {},
});

let outputs: CellOutputs;

beforeEach(() => {
  outputs = new CellOutputs(1000);
});

describe('streams', () => {
  it('are merged by name, stdout first, however they came', () => {
    outputs.addStream('stderr', 'a');
    outputs.addStream('stdout', 'b');
    outputs.addStream('stderr', 'c');
    outputs.addStream('stdout', 'd');
    expect(outputs.toJson()).toEqual([
      stream('stdout', 'bd'),
      stream('stderr', 'ac'),
    ]);
  });

  it('are not merged across another output', () => {
    outputs.addStream('stderr', 'before');
    outputs.addRich(display('x'));
    outputs.addStream('stderr', 'after');
    outputs.addStream('stdout', 'after');
    expect(outputs.toJson()).toEqual([
      stream('stderr', 'before'),
      display('x'),
      stream('stdout', 'after'),
      stream('stderr', 'after'),
    ]);
  });

  it('are cut at the limit of each, between characters', () => {
    outputs.addStream('stdout', 'x'.repeat(999));
    outputs.addStream('stderr', 'whole');
    outputs.addStream('stdout', 'ü and more');
    outputs.addStream('stdout', 'never');
    expect(outputs.toJson()).toEqual([
      stream(
        'stdout',
        `${'x'.repeat(999)}\n[nx-notebook: stdout of this cell is cut here, after 1000 bytes]\n`,
      ),
      stream('stderr', 'whole'),
    ]);
  });

  it('may fill the limit exactly', () => {
    outputs.addStream('stdout', 'x'.repeat(1000));
    expect(outputs.toJson()).toEqual([stream('stdout', 'x'.repeat(1000))]);
  });

  it('have the whole limit again after being cleared', () => {
    outputs.addStream('stdout', 'x'.repeat(2000));
    outputs.clear(false);
    outputs.addStream('stdout', 'again');
    expect(outputs.toJson()).toEqual([stream('stdout', 'again')]);
  });
});

describe('clearing', () => {
  it('takes effect at once', () => {
    outputs.addRich(display('gone'));
    outputs.clear(false);
    expect(outputs.toJson()).toEqual([]);
  });

  it('waits for the next output if it is told to', () => {
    outputs.addStream('stdout', 'shown until then');
    outputs.clear(true);
    expect(outputs.toJson()).toHaveLength(1);
    outputs.addStream('stdout', 'next');
    outputs.addStream('stdout', ' one');
    expect(outputs.toJson()).toEqual([stream('stdout', 'next one')]);
  });

  it('at once makes one that waits needless', () => {
    outputs.clear(true);
    outputs.clear(false);
    outputs.addStream('stdout', 'a');
    outputs.addRich(display('b'));
    expect(outputs.toJson()).toHaveLength(2);
  });
});

describe('other outputs', () => {
  it('are replaced in place', () => {
    const entry = outputs.addRich(display('old'));
    outputs.addRich(display('other'));
    outputs.replace(entry, { data: { 'text/plain': 'new' }, metadata: {} });
    expect(outputs.toJson()).toEqual([display('new'), display('other')]);
  });

  it('are not replaced once they are cleared', () => {
    const entry = outputs.addRich(display('old'));
    outputs.clear(false);
    outputs.replace(entry, { data: {}, metadata: {} });
    expect(outputs.toJson()).toEqual([]);
  });

  it('are left out when they do not fit together', () => {
    outputs.addRich(display('x'.repeat(600)));
    outputs.addRich(display('y'.repeat(600)));
    expect(outputs.toJson()[1]).toEqual(
      display(
        '[nx-notebook: an output of 669 bytes is left out; the outputs of a cell are limited to 1000 bytes]',
      ),
    );
  });

  it('count with their present size, not with all they ever had', () => {
    const entry = outputs.addRich(display(''));
    for (let round = 0; round < 10; round += 1) {
      outputs.replace(entry, {
        data: { 'text/plain': `${round}`.repeat(600) },
        metadata: {},
      });
    }
    expect(outputs.toJson()).toEqual([display('9'.repeat(600))]);
  });

  it('of ours are never left out', () => {
    outputs.addRich(display('x'.repeat(900)));
    outputs.addNotice(display('y'.repeat(900)));
    expect(outputs.toJson()[1]).toEqual(display('y'.repeat(900)));
  });
});
