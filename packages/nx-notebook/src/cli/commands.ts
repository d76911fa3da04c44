/**
 * Every command of `nx-notebook`, in the order of the help. Entries are light: `run` loads the work.
 */
import type { CommandEntry } from './command.js';
import { doctorCommand } from './commands/doctor-command.js';
import { serveCacheCommand } from './commands/serve-cache-command.js';
import { storeCommands } from './commands/store-commands.js';

/** The table. */
export const commands: readonly CommandEntry[] = [
  doctorCommand,
  storeCommands,
  serveCacheCommand,
];
