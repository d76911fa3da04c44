/**
 * `nx-notebook store ...`: looking after the local store, and checking the shared one.
 */
import { withJson, type CommandGroup, type SingleCommand } from '../command.js';

const stat: SingleCommand = {
  name: 'stat',
  summary: 'Count stored results',
  examples: [
    ['nx-notebook store stat', 'the local store: how full, and where it lies'],
    ['nx-notebook store stat --remote', 'the folders of the shared store'],
  ],
  configure: (command) => {
    withJson(command);
    command.option('--remote', 'the shared store instead of the local one');
  },
  run: async (context, options) => {
    const { statStore } = await import('../store-stat.js');
    return statStore(context, options);
  },
};

const verify: SingleCommand = {
  name: 'verify',
  summary: 'Re-hash stored results',
  description:
    'Damage found here was never used: every byte is hashed again before a task gets it, and what is damaged is executed anew.',
  examples: [
    ['nx-notebook store verify', 'every blob and manifest of the local store'],
    [
      'nx-notebook store verify --remote',
      'downloads and hashes everything in the shared store',
    ],
  ],
  configure: (command) => {
    withJson(command);
    command.option('--remote', 'the shared store instead of the local one');
  },
  run: async (context, options) => {
    const { verifyStore } = await import('../store-verify.js');
    return verifyStore(context, options);
  },
};

const gc: SingleCommand = {
  name: 'gc',
  summary: 'Make room in the local store',
  description:
    'Drops what was used least recently, until the store is below its limit: --max-size, else the option localStoreMaxSize. It also happens by itself when a save goes past the limit. In the shared store, lifecycle rules of the bucket delete; no client does.',
  examples: [
    ['nx-notebook store gc', "down to the store's own limit"],
    ['nx-notebook store gc --max-size "2 GB"', 'down to 2 GB'],
  ],
  configure: (command) => {
    withJson(command);
    command.option(
      '--max-size <size>',
      'bytes, or a text such as "500 MB", "20 GB"',
    );
  },
  run: async (context, options) => {
    const { collectStore } = await import('../store-gc.js');
    return collectStore(context, options);
  },
};

const keygen: SingleCommand = {
  name: 'keygen',
  summary: 'Make a pair of keys that sign shared results',
  description:
    "For buckets whose credentials can't be split: main's CI signs what it stores with the private key, and everybody takes only what is signed with a key that nx.json lists.",
  examples: [
    [
      'nx-notebook store keygen --out store-key.pem',
      'private key into a new file, public key to the terminal',
    ],
  ],
  configure: (command) => {
    withJson(command);
    command.option(
      '--out <file>',
      'new file for the private key, readable by you alone; else it is printed',
    );
  },
  run: async (context, options) => {
    const { makeKeys } = await import('../store-keygen.js');
    return makeKeys(context, options);
  },
};

/** The group. */
export const storeCommands: CommandGroup = {
  name: 'store',
  summary: 'Look after stored results: count, check, make room, make keys',
  commands: [stat, verify, gc, keygen],
};
