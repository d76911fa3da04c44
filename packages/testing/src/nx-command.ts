/**
 * One command in a test workspace: a process group of its own that a test can interrupt, and what came of it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** How a command ended. */
export interface CommandResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  /** stdout and stderr as they came. */
  readonly output: string;
}

/** What to start, and where. */
export interface CommandOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A running command. */
export class RunningCommand {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #output = '';

  constructor({ command, args, cwd, env }: CommandOptions) {
    this.#child = spawn(command, args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    this.#closed = once(this.#child, 'close');
  }

  /** Of the process that was started, and of its process group. */
  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('it did not start');
    return this.#child.pid;
  }

  /** What it has printed so far. */
  get output(): string {
    return this.#output;
  }

  /** To the started process alone, as `kill PID`. */
  signal(name: NodeJS.Signals): void {
    process.kill(this.pid, name);
  }

  /** To the whole process group, as Ctrl-C in a terminal. */
  signalGroup(name: NodeJS.Signals): void {
    process.kill(-this.pid, name);
  }

  /** Waits for its end, and for the end of whatever holds its output. */
  async result(): Promise<CommandResult> {
    await this.#closed;
    return { exitCode: this.#child.exitCode, output: this.#output };
  }
}
