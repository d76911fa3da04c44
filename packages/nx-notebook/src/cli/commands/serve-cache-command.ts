/** `nx-notebook serve-cache`: Nx's remote cache protocol on the shared store, for as long as it runs. */
import type { SingleCommand } from '../command.js';

/** The command. */
export const serveCacheCommand: SingleCommand = {
  name: 'serve-cache',
  summary: "Serve Nx's remote cache from the shared store",
  description:
    'For runs on this machine, the option nxCache does the same by itself. Started by hand it serves other machines: give tokens by NX_NOTEBOOK_CACHE_READ_TOKEN and NX_NOTEBOOK_CACHE_WRITE_TOKEN, or by a file. Without tokens it makes one, prints it, and listens on this machine alone. What may be read and written in the store is decided by storeAccess, storeScope and the credentials of this process. It speaks plain HTTP: put TLS in front of it on a network that others use.',
  examples: [
    ['nx-notebook serve-cache', 'a free port of this machine, a new token'],
    [
      'nx-notebook serve-cache --host 0.0.0.0 --port 8787 --tokens tokens.json',
      'for a team',
    ],
    [
      'NX_SELF_HOSTED_REMOTE_CACHE_SERVER=http://cache:8787/w/shop npx nx build app',
      'its client; /w/<workspace> only where it serves several workspaces',
    ],
  ],
  configure: (command) => {
    command
      .option('--host <address>', 'address to listen on', '127.0.0.1')
      .option('--port <number>', 'port to listen on; 0 takes a free one', '0')
      .option(
        '--tokens <file>',
        'JSON list of {"token", "access": "read" | "read-write", "workspace"?}',
      )
      .option(
        '--workspace <name>',
        'whose entries are served without /w/<name>; by default the name in package.json',
      )
      .option('--cache-size <size>', 'copies kept on this disk', '2 GB');
  },
  run: async (context, options) => {
    const { serveCache } = await import('../serve-cache.js');
    return serveCache(context, options);
  },
};
