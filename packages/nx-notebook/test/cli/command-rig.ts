/** Runs command lines in this process, in a folder and an environment of their own. */
import { runCommandLine } from '../../src/cli/program.js';

/** What a command printed, and how it ended. */
export interface CommandRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line, such as `store stat --json`. */
export async function commandLine(
  args: readonly string[],
  where: {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string>>;
  },
): Promise<CommandRun> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommandLine(args, {
    cwd: where.cwd,
    env: where.env ?? {},
    terminal: {
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      paint: (_mark, text) => text,
      isInteractive: false,
      columns: 80,
    },
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
