/** The PostgreSQL of the tests: it answers, and it leaves nothing behind. */
import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { startPostgres } from '../src/postgres.js';

/** PostgreSQL answers whether it wants encryption by one letter. */
async function answers(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
  const [data] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return data.toString();
}

test('a server answers until it is disposed of', async () => {
  const server = await startPostgres();
  expect(await answers(server.port)).toBe('N');
  await server[Symbol.asyncDispose]();
  await expect(answers(server.port)).rejects.toThrow('ECONNREFUSED');
});

test('a folder without PostgreSQL is said', async () => {
  await expect(startPostgres({ programs: '/nowhere' })).rejects.toThrow(
    'ENOENT',
  );
});
