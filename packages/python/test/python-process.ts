/** Asks the workspace's Python, so that tests compare with CPython itself. */
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';

export const VENV = path.resolve(__dirname, '../../../.venv');
export const PYTHON = path.join(VENV, 'bin/python');

/** Runs a script that reads JSON from stdin and prints JSON. */
export function askPython(script: string, input: unknown): unknown {
  const { status, stdout, stderr } = spawnSync(
    PYTHON,
    ['-I', '-W', 'ignore', '-c', script],
    {
      input: JSON.stringify(input),
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      timeout: 120_000,
    },
  );
  if (status !== 0) throw new Error(`Python failed: ${stderr}`);
  return JSON.parse(stdout);
}
