#!/usr/bin/env node
/**
 * `nx-notebook` on the command line: the executable. Loads the table of commands and nothing that they need.
 */
import { openProcessTerminal } from './terminal.js';
import { runCommandLine } from './program.js';

void runCommandLine(process.argv.slice(2), {
  terminal: openProcessTerminal(process),
  cwd: process.cwd(),
  env: process.env,
}).then((code) => {
  // Not exit(): what was printed may still be on its way through a pipe.
  process.exitCode = code;
});
