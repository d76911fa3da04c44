import { describe, expect, test } from '@jest/globals';
import { RunningCommand, eventually, processesWith } from '../src/index.js';

const MARKER = 'NX_NOTEBOOK_PROCESSES_SPEC';

/** A process that waits for ever, with a child that does the same. */
function startPair(value: string): RunningCommand {
  return new RunningCommand({
    command: process.execPath,
    args: [
      '-e',
      `require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
       setInterval(() => {}, 1000); console.log('started');`,
    ],
    cwd: process.cwd(),
    env: { ...process.env, [MARKER]: value },
  });
}

const alive = async (value: string): Promise<number> =>
  (await processesWith(MARKER, value)).length;

describe('a command', () => {
  test('and its children are found by their marker until their group is killed', async () => {
    const value = `${process.pid}-group`;
    const pair = startPair(value);
    await eventually('both live', async () => (await alive(value)) === 2);
    expect(await alive(`${process.pid}-other`)).toBe(0);

    pair.signalGroup('SIGKILL');
    expect(await pair.result()).toEqual({
      exitCode: null,
      output: expect.stringMatching(/^(started\n)?$/),
    });
    await eventually('none lives', async () => (await alive(value)) === 0);
  });

  test('alone gets a signal that is not for its group', async () => {
    const value = `${process.pid}-alone`;
    const pair = startPair(value);
    await eventually('both live', async () => (await alive(value)) === 2);
    pair.signal('SIGKILL');
    await eventually('the child lives', async () => (await alive(value)) === 1);
    const [child] = await processesWith(MARKER, value);
    expect(child?.command).toContain('setInterval');
    process.kill(child?.pid ?? 0, 'SIGKILL');
    await pair.result();
  });

  test('gives its exit code and all that it printed', async () => {
    const command = new RunningCommand({
      command: process.execPath,
      args: ['-e', "console.log('out'); console.error('err'); process.exit(3)"],
      cwd: process.cwd(),
      env: process.env,
    });
    const { exitCode, output } = await command.result();
    expect(exitCode).toBe(3);
    expect(output.split('\n').sort()).toEqual(['', 'err', 'out']);
  });
});

describe('eventually', () => {
  test('goes on as soon as the condition holds', async () => {
    let asked = 0;
    await eventually('three times', () => Promise.resolve(++asked === 3));
    expect(asked).toBe(3);
  });

  test('names what did not come true', async () => {
    await expect(
      eventually('pigs fly', () => Promise.resolve(false), 30),
    ).rejects.toThrow('not within 0.03 s: pigs fly');
  });
});
