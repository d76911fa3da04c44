/**
 * A real PostgreSQL for the time of a test: a free port, a folder and a superuser of its own. Its programs come from the
 * set-up. Knows nothing of what is stored.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A port that somebody else takes between finding and using it is a matter of chance: other ports are tried. */
const portTries = 5;

const user = 'tester';

/** PostgreSQL refuses to run as root; this is `nobody` nearly everywhere, and it needs no name. */
const unprivileged = { uid: 65_534, gid: 65_534 };

const run = promisify(execFile);

/** Settings of a server. */
export interface PostgresOptions {
  /** Folder of initdb and postgres; by default NX_NOTEBOOK_TEST_POSTGRES, which jest's configuration sets. */
  readonly programs?: string;
}

/** A running server; `await using` ends it and removes its folder. */
export interface PostgresServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/** Starts a server; fails with its own words when it does not come up. */
export async function startPostgres({
  programs = process.env['NX_NOTEBOOK_TEST_POSTGRES'],
}: PostgresOptions = {}): Promise<PostgresServer> {
  if (programs === undefined || programs === '')
    throw new Error('no PostgreSQL: `npm test -- kernel` says how to get it');
  const folder = await mkdtemp(join(tmpdir(), 'nx-notebook-postgres-'));
  const owner: Owner = process.getuid?.() === 0 ? unprivileged : {};
  try {
    if (owner.uid !== undefined && owner.gid !== undefined)
      await chown(folder, owner.uid, owner.gid);
    const data = join(folder, 'data');
    await run(
      join(programs, 'initdb'),
      [
        ...['--pgdata', data, '--username', user, '--auth', 'trust'],
        ...['--encoding', 'UTF8', '--locale', 'C', '--no-sync'],
      ],
      { cwd: folder, ...owner },
    );
    const { child, port } = await startAt(programs, { folder, data, owner });
    return {
      host: '127.0.0.1',
      port,
      user,
      database: 'postgres',
      async [Symbol.asyncDispose]() {
        const closed = once(child, 'close');
        // At once, without a checkpoint.
        child.kill('SIGQUIT');
        await closed;
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Whom its processes belong to, if not to this one. */
interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

interface Place {
  readonly folder: string;
  readonly data: string;
  readonly owner: Owner;
}

async function startAt(
  programs: string,
  { folder, data, owner }: Place,
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    const settings = ['fsync=off', 'listen_addresses=127.0.0.1'];
    const child = spawn(
      join(programs, 'postgres'),
      [
        ...['-D', data, '-p', String(port), '-k', folder],
        ...settings.flatMap((setting) => ['-c', setting]),
      ],
      { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], ...owner },
    );
    const failure = await startFailure(child);
    if (failure === undefined) return { child, port };
    if (!/address already in use/i.test(failure) || tries === portTries)
      throw new Error(`PostgreSQL did not start: ${failure}`);
  }
}

/** Waits until the server says that it is ready; says why it never will be. */
async function startFailure(child: ChildProcess): Promise<string | undefined> {
  let log = '';
  return await new Promise((settle) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = `${log}${text}`.slice(-8192);
      if (/ready to accept connections/.test(log)) settle(undefined);
    });
    child.once('error', ({ message }) => {
      settle(message);
    });
    child.once('close', () => {
      settle(log.trim());
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
