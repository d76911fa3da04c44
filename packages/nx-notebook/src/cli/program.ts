/**
 * The table of commands as a commander program: help, options, and how every ending becomes an exit code. A mistake of
 * the user is a sentence and a next step; only a bug of ours has a stack.
 */
import { Command, CommanderError } from 'commander';
import { pluginVersion } from '../plugin-version.js';
import {
  CommandFailed,
  EXIT,
  type CommandContext,
  type CommandEntry,
  type ExitCode,
  type SingleCommand,
} from './command.js';
import { commands } from './commands.js';

/** Runs one command line (without node and script). Never rejects. */
export async function runCommandLine(
  args: readonly string[],
  context: CommandContext,
  table: readonly CommandEntry[] = commands,
): Promise<number> {
  let code: ExitCode = EXIT.ok;
  const program = makeProgram(table, context, (ended) => {
    code = ended;
  });
  try {
    // A bare `nx-notebook` asks for help and is no mistake.
    const words = args.length === 0 ? ['--help'] : args;
    await program.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    return explain(error, context);
  }
}

function makeProgram(
  table: readonly CommandEntry[],
  context: CommandContext,
  onEnd: (code: ExitCode) => void,
): Command {
  const program = new Command('nx-notebook')
    .description(
      'Notebook pipelines of an Nx workspace: what is stored, what is shared, what is wrong.\nTasks are run by Nx: npx nx run-many -t execute',
    )
    .version(pluginVersion, '-V, --version', 'print the version')
    .helpCommand(false)
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\nExit codes: 0 all is well, 1 something was found, 2 the command could not be done.',
    );
  for (const entry of table) {
    const command =
      'commands' in entry
        ? makeGroup(entry, context, onEnd)
        : makeCommand(entry, context, onEnd);
    program.addCommand(command);
  }
  for (const command of withAll(program)) prepare(command, context);
  return program;
}

function makeGroup(
  {
    name,
    summary,
    commands: members,
  }: CommandEntry & { readonly commands: readonly SingleCommand[] },
  context: CommandContext,
  onEnd: (code: ExitCode) => void,
): Command {
  const group = new Command(name).summary(summary).description(`${summary}.`);
  group.helpCommand(false);
  for (const member of members)
    group.addCommand(makeCommand(member, context, onEnd));
  return group;
}

function makeCommand(
  entry: SingleCommand,
  context: CommandContext,
  onEnd: (code: ExitCode) => void,
): Command {
  const { name, summary, description, examples } = entry;
  const command = new Command(name)
    .summary(summary)
    .description([`${summary}.`, description].filter(Boolean).join('\n\n'))
    .allowExcessArguments(false)
    .addHelpText('after', renderExamples(examples));
  entry.configure?.(command);
  return command.action(async () => {
    onEnd(await entry.run(context, command.opts()));
  });
}

function renderExamples(examples: SingleCommand['examples']): string {
  if (examples.length === 0) return '';
  const width = Math.max(...examples.map(([command]) => command.length));
  const lines = examples.map(
    ([command, does]) => `  ${command.padEnd(width)}  ${does}`,
  );
  return `\nExamples:\n${lines.join('\n')}`;
}

function withAll(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withAll)];
}

/** Nothing leaves past the context, and nothing ends the process. */
function prepare(command: Command, { terminal }: CommandContext): void {
  command.helpOption('-h, --help', 'print help');
  command.exitOverride().configureOutput({
    writeOut: (text) => terminal.out(text.trimEnd()),
    writeErr: (text) => terminal.err(text.trimEnd()),
    getOutHelpWidth: () => Math.min(terminal.columns, 100),
    getErrHelpWidth: () => Math.min(terminal.columns, 100),
    outputError: (text, write) =>
      write(
        `${text.replace(/^error: /, '').trimEnd()}\nNext: ${pathOf(command)} --help`,
      ),
  });
}

function pathOf(command: Command): string {
  return command.parent === null
    ? command.name()
    : `${pathOf(command.parent)} ${command.name()}`;
}

function explain(error: unknown, { terminal }: CommandContext): ExitCode {
  // Help and version end this way too; commander has printed everything.
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof CommandFailed) {
    terminal.err(error.message);
    if (error.hint !== undefined) terminal.err(`Next: ${error.hint}`);
    return EXIT.usage;
  }
  terminal.err(
    `This is a mistake in nx-notebook ${pluginVersion}; please report it:\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return EXIT.usage;
}
