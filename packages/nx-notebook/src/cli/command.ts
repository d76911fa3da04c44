/**
 * What a command of `nx-notebook` is. The table of them is in commands.ts; each loads its work when it runs.
 */
import type { Command } from 'commander';
import type { Environment } from '../settings/settings.js';
import type { Terminal } from './terminal.js';

/** Exit codes, the same for every command. */
export const EXIT = {
  ok: 0,
  /** The command did its work and found something that somebody has to look at. */
  finding: 1,
  /** It could not be understood or not be done. */
  usage: 2,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Where a command runs. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly cwd: string;
  readonly env: Environment;
}

/** What a person can mend: printed without a stack. */
export class CommandFailed extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'CommandFailed';
    this.hint = hint;
  }
}

/** Problems that end in `Next: ...`, as settings print them, as the failure of a command. */
export function failedWith(text: string): CommandFailed {
  const [message = '', hint] = text.trimEnd().split('\nNext: ');
  return new CommandFailed(message, hint);
}

/** A command, or a group of commands with a common first word. */
export type CommandEntry = CommandGroup | SingleCommand;

/** `nx-notebook store ...`. */
export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly SingleCommand[];
}

/** One that does something. */
export interface SingleCommand {
  readonly name: string;
  readonly summary: string;
  /** Paragraphs below the summary. */
  readonly description?: string;
  /** Command lines with what they do, for the help. */
  readonly examples: readonly (readonly [command: string, does: string])[];
  /** Adds options to its commander command. */
  readonly configure?: (command: Command) => void;
  /** Does the work; `options` are as {@link configure} declared them. */
  readonly run: (
    context: CommandContext,
    options: Readonly<Record<string, unknown>>,
  ) => Promise<ExitCode>;
}

/** Whether `--json` was given. */
export function wantsJson(options: Readonly<Record<string, unknown>>): boolean {
  return options['json'] === true;
}

/** Adds `--json`. */
export function withJson(command: Command): void {
  command.option('--json', 'print one JSON value, for programs');
}
