/** Runs Python scripts of this folder with the interpreter of the workspace, which has jupytext and nbformat. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '../../..');

/** What `python/<script>` prints as JSON. */
export function runPython(
  script: string,
  options: { readonly args?: readonly string[]; readonly input?: string },
): unknown {
  const output = execFileSync(
    join(root, '.venv/bin/python'),
    [
      '-I',
      '-X',
      'utf8',
      join(__dirname, 'python', script),
      ...(options.args ?? []),
    ],
    { input: options.input ?? '', encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  return JSON.parse(output);
}
