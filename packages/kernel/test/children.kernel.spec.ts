/** Kernels whose code has started processes that outlive it. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { createKernelHost } from '../src/kernel-host.js';
import { execute, python, workspaceRoot } from './workbench.js';

jest.setTimeout(180_000);

test.each([
  [
    'multiprocessing',
    'import multiprocessing\nwith multiprocessing.get_context("spawn").Pool(1) as pool: print(pool.map(abs, [-1]))',
  ],
  [
    'joblib',
    'import joblib\nprint(joblib.Parallel(n_jobs=2)(joblib.delayed(abs)(n) for n in [-1, -2]))',
  ],
])(
  'a kernel does not wait for the resource tracker of %s: it ends by itself, exit handlers included',
  async (_, cell) => {
    const folder = mkdtempSync(join(tmpdir(), 'nx-notebook-kernel-'));
    const host = createKernelHost({ python, workspaceRoot });
    try {
      // ipykernel's wait comes first; a kernel that is ended while it waits runs no handler.
      const handler = `import atexit\natexit.register(lambda: open("ended", "w").close())`;
      const outcome = await execute(host, [handler, cell], { cwd: folder });
      expect(outcome.status).toBe('completed');
      expect(existsSync(join(folder, 'ended'))).toBe(true);
    } finally {
      await host.dispose();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
