/** The driver in real kernels: what goes in, what comes back, and that the user's code sees none of it. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { KernelHost } from '@nx-notebook/kernel';
import { Files } from './support/files.js';
import { drive, openHost } from './support/kernels.js';

jest.setTimeout(60_000);

let host: KernelHost;

beforeAll(() => {
  host = openHost();
});

afterAll(async () => {
  await host.dispose();
});

test('an entry that does not exist says so in its answer and fails the cell', async () => {
  using files = new Files({});
  const { outcome, answer } = await drive(host, files.root, ['nothing', {}]);
  expect(outcome.status).toBe('failed');
  expect(answer).toEqual({
    status: 'failed',
    message: "ModuleNotFoundError: No module named 'nx_notebook_tasks.nothing'",
    hint: null,
    marks: {},
    place: null,
    traceback:
      "ModuleNotFoundError: No module named 'nx_notebook_tasks.nothing'\n",
  });
});
