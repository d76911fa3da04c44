/** What the suites with real kernels share: the interpreter of the repository and one execution of a driver. */
import { resolve } from 'node:path';
import {
  createKernelHost,
  type KernelHost,
  type NotebookOutcome,
} from '@nx-notebook/kernel';
import type { JsonObject } from '@nx-notebook/notebook';
import {
  driverAnswer,
  driverNotebook,
  type DriverAnswer,
} from '../../src/driver.js';

export const repository = resolve(__dirname, '../../../..');
export const python = resolve(repository, '.venv/bin/python');

/** A host of the repository's interpreter. */
export function openHost(): KernelHost {
  return createKernelHost({ python, workspaceRoot: repository });
}

/** What a driver did: its answer, and all that it printed. */
export interface Driven {
  readonly outcome: NotebookOutcome;
  readonly answer: DriverAnswer | undefined;
  readonly printed: string;
}

/** Executes an entry of the Python package in a folder. */
export async function drive(
  host: KernelHost,
  cwd: string,
  [entry, payload]: readonly [string, JsonObject],
): Promise<Driven> {
  let printed = '';
  const outcome = await host.execute(
    {
      name: 'test',
      notebook: driverNotebook(entry, payload),
      cwd,
      kernelName: 'python3',
      env: {},
    },
    { streamed: ({ text }) => (printed += text) },
    new AbortController().signal,
  );
  const executed =
    outcome.status === 'completed' ? outcome.notebook : outcome.partial;
  return { outcome, answer: driverAnswer(executed), printed };
}
