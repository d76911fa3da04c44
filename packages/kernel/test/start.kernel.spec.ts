/**
 * Starts that fail, each with its own failure and next step, and starts that must not: other kernels, TCP, a proxy, a
 * hostile environment.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { KernelHost } from '../src/contract.js';
import { createKernelHost, createKernelHostWith } from '../src/kernel-host.js';
import { startServer } from '../src/server/start-server.js';
import {
  execute,
  executed,
  failureOf,
  python,
  streamText,
  workspaceRoot,
} from './workbench.js';

jest.setTimeout(180_000);

/** The set-up gives the environment a kernel for R, where R is installed. */
const hasR = existsSync(
  join(python, '../../share/jupyter/kernels/ir/kernel.json'),
);

const environment = {
  JUPYTER_PATH: '',
  JUPYTER_TOKEN: 'of the user',
  NX_NOTEBOOK_STORE_SIGNING_KEY: 'secret',
  PYTHONWARNINGS: 'default',
  http_proxy: 'http://127.0.0.1:9',
  HTTP_PROXY: 'http://127.0.0.1:9',
  NODE_USE_ENV_PROXY: '1',
};
const before = { ...process.env };
let folder = '';
let host: KernelHost;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-'));
  const connection = '{connection_file}';
  await installKernel('dies', [python, '-c', 'raise SystemExit("no licence")']);
  await installKernel('absent', [join(folder, 'nowhere'), connection]);
  await installKernel('hangs', [python, '-c', 'import time; time.sleep(600)']);
  await installKernel('foreign', [
    '/usr/bin/env',
    python,
    '-m',
    'ipykernel_launcher',
    '-f',
    connection,
  ]);
  Object.assign(process.env, environment, { JUPYTER_PATH: folder });
  host = createKernelHost({ python, workspaceRoot, startTimeoutMs: 20_000 });
});

afterAll(async () => {
  await host.dispose();
  process.env = before;
  await rm(folder, { recursive: true });
});

async function installKernel(name: string, argv: string[]): Promise<void> {
  await mkdir(join(folder, 'kernels', name), { recursive: true });
  await writeFile(
    join(folder, 'kernels', name, 'kernel.json'),
    JSON.stringify({ argv, display_name: name, language: 'python' }),
  );
}

describe('a kernel that does not start', () => {
  it('because it is not installed: the installed ones are named', async () => {
    const outcome = await execute(host, ['1'], { kernelName: 'python4' });
    const installed = ['absent', 'dies', 'foreign', 'hangs', 'ir', 'python3'];
    const present = hasR
      ? installed
      : installed.filter((name) => name !== 'ir');
    expect(failureOf(outcome)).toEqual({
      reason: 'kernel-not-installed',
      message: `The kernel "python4" is not installed; installed: ${present.join(', ')}.`,
      hint: `Run: ${python} -m pip install ipykernel (then the kernel is called python3), or name an installed kernel.`,
      kernelName: 'python4',
      installed: present,
    });
  });

  it('because it ends at once: its last words are in the log', async () => {
    const outcome = await execute(host, ['1'], { kernelName: 'dies' });
    expect(failureOf(outcome)).toMatchObject({
      reason: 'kernel-start-failed',
      message: 'The kernel died while it was starting.',
      log: expect.stringContaining('no licence'),
    });
  });

  it('because its program does not exist: the log names it', async () => {
    const outcome = await execute(host, ['1'], { kernelName: 'absent' });
    expect(failureOf(outcome)).toMatchObject({
      reason: 'kernel-start-failed',
      message: 'The kernel could not be started.',
      log: expect.stringContaining(join(folder, 'nowhere')),
    });
  });

  it('because it says nothing: the limit ends it', async () => {
    const outcome = await execute(host, ['1'], {
      kernelName: 'hangs',
      taskTimeoutMs: 2000,
    });
    expect(failureOf(outcome)).toMatchObject({
      reason: 'task-timed-out',
      limitMs: 2000,
    });
    expect(outcome).not.toHaveProperty('partial');
  });

  it('because its folder does not exist', async () => {
    const cwd = join(folder, 'nowhere');
    const outcome = await execute(host, ['1'], { cwd });
    expect(failureOf(outcome)).toEqual({
      reason: 'kernel-start-failed',
      message: `The working directory ${cwd} does not exist.`,
      hint: 'Create the folder or correct the path of the pipeline.',
      log: '',
    });
  });
});

describe('a server that does not start', () => {
  it('because there is no Python', async () => {
    const nowhere = join(folder, 'bin/python');
    const own = createKernelHost({ python: nowhere, workspaceRoot });
    expect(failureOf(await execute(own, ['1']))).toEqual({
      reason: 'python-not-found',
      message: `The Python interpreter ${nowhere} cannot be started.`,
      hint: 'Create the environment (python3 -m venv .venv) or set the option `python` to an interpreter that exists.',
    });
    await own.dispose();
  });

  it('because jupyter_server is not installed: the command is named', async () => {
    const bare = join(folder, 'bare');
    await promisify(execFile)(python, ['-m', 'venv', '--without-pip', bare]);
    const own = createKernelHost({
      python: join(bare, 'bin/python'),
      workspaceRoot,
    });
    expect(failureOf(await execute(own, ['1']))).toEqual({
      reason: 'jupyter-server-missing',
      message: `The Python package jupyter_server is not installed for ${join(bare, 'bin/python')}.`,
      hint: `Run: ${join(bare, 'bin/python')} -m pip install jupyter_server ipykernel`,
    });
    await own.dispose();
  });
});

describe('a kernel that starts', () => {
  it('has the environment of the task and nothing of the server', async () => {
    const outcome = await execute(
      host,
      [
        `import os
for name in ['JUPYTER_TOKEN', 'JUPYTER_RUNTIME_DIR', 'JUPYTER_NO_CONFIG', 'NXNB_KERNEL_ENV', 'PYTHONWARNINGS', 'PYTHONHASHSEED', 'MINE', 'NX_NOTEBOOK_STORE_SIGNING_KEY']:
    print(name, os.environ.get(name))`,
      ],
      { env: { MINE: '$HOME ${x} "quoted" ü' } },
    );
    expect(streamText(outcome)).toBe(`JUPYTER_TOKEN of the user
JUPYTER_RUNTIME_DIR None
JUPYTER_NO_CONFIG None
NXNB_KERNEL_ENV None
PYTHONWARNINGS default
PYTHONHASHSEED 0
MINE $HOME \${x} "quoted" ü
NX_NOTEBOOK_STORE_SIGNING_KEY None
`);
  });

  it('runs in the folder of the request, whatever its name', async () => {
    const cwd = join(folder, 'ä b%20#?');
    await mkdir(cwd);
    const outcome = await execute(host, ['import os\nprint(os.getcwd())'], {
      cwd,
    });
    expect(streamText(outcome)).toBe(`${cwd}\n`);
  });

  it('may be another program than ours, with its own way to start', async () => {
    const outcome = await execute(
      host,
      [
        'import os\nprint(get_ipython().history_manager.hist_file, os.environ["MINE"])',
      ],
      { kernelName: 'foreign', env: { MINE: 'set' } },
    );
    expect(streamText(outcome)).toBe(':memory: set\n');
  });

  it('takes its language from the kernel and keeps the rest', async () => {
    const outcome = await host.execute(
      {
        name: 'metadata',
        notebook: {
          cells: [],
          metadata: { kernelspec: { name: 'mine' }, widgets: {}, other: 1 },
        },
        cwd: folder,
        kernelName: 'python3',
        env: {},
      },
      {},
      new AbortController().signal,
    );
    expect(executed(outcome).metadata).toMatchObject({
      kernelspec: { name: 'mine' },
      language_info: { name: 'python' },
      other: 1,
    });
  });

  it('is reached over TCP where there are no unix sockets', async () => {
    const own = createKernelHostWith(
      { python, workspaceRoot },
      {
        startServer: () =>
          startServer({ python, timeoutMs: 20_000, tcp: true }),
      },
    );
    const outcome = await execute(own, ['print("over TCP")']);
    expect(streamText(outcome)).toBe('over TCP\n');
    await own.dispose();
  });
});

describe('the folders of servers', () => {
  it('are gone when their server has ended', async () => {
    const start = await startServer({ python, timeoutMs: 20_000 });
    if (!start.ok || start.server.address.kind !== 'unix') {
      throw new Error('no server');
    }
    const runtime = join(start.server.address.path, '..');
    expect(await readdir(runtime)).toContain('s.sock');
    await start.server.stop();
    await expect(readdir(runtime)).rejects.toThrow('ENOENT');
  });
});
