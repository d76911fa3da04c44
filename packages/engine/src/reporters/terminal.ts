/**
 * A build as plain lines, each of which names its task: lines of several tasks are mixed, and Nx shows them in places where
 * nothing can be redrawn. Says what happens, not what was printed; that is in a task's transcript.
 */
import { stripVTControlCharacters } from 'node:util';
import { renderDiagnostics } from '@nx-notebook/notebook';
import type { SharingSummary } from '@nx-notebook/store';
import type { BuildEvent, Reporter, TaskOutcome } from '../event.js';
import { taskIdentity, taskLabel } from '../task-names.js';
import type { TaskRef } from '../task-runner.js';
import { hasCells } from './has-cells.js';
import { outcomeLine, reasonLine } from './outcome-line.js';
import { paletteOf, type Palette } from './palette.js';
import { formatBytes } from './bytes.js';
import { ProgressLines, type Later } from './progress-lines.js';
import { renderFailure } from './render-failure.js';
import { sharingWarnings } from './sharing-lines.js';
import { StreamLines } from './stream-lines.js';
import { summaryLines } from './summary.js';

/** Where and how lines are printed. */
export interface TerminalReporterOptions {
  /** Takes whole lines, each with its line break. */
  readonly write: (text: string) => void;
  readonly color: boolean;
  /** Also says what is usual: fresh tasks one by one, notes, and what cells print as they print it. */
  readonly verbose: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Paths are shown relative to this folder. */
  readonly cwd: string;
  /** One line where a transcript of the task tells the rest; everything unless said otherwise. */
  readonly failures?: 'headline' | 'full';
  /** Calls back after some time; the system's timers unless a test drives them. */
  readonly later?: Later;
}

/** Prints a build as plain lines. */
export function createTerminalReporter(
  options: TerminalReporterOptions,
): Reporter {
  return new TerminalReporter(options);
}

/** Whoever waits for uploads wants to see that something happens, and not more. */
const uploadLineMs = 5000;

class TerminalReporter implements Reporter {
  readonly #options: TerminalReporterOptions;
  readonly #palette: Palette;
  readonly #outcomes: TaskOutcome[] = [];
  readonly #progress = new Map<string, ProgressLines>();
  readonly #streams = new Map<string, StreamLines>();
  #sharing: SharingSummary | undefined;
  #uploadLineAt = -Infinity;

  constructor(options: TerminalReporterOptions) {
    this.#options = options;
    this.#palette = paletteOf(options.color);
  }

  handle(event: BuildEvent): void {
    switch (event.type) {
      case 'build-started':
        return;
      case 'task-started':
        this.#line(event.ref, `runs: ${reasonLine(event)}`);
        this.#progress.set(taskIdentity(event.ref), this.#newProgress(event));
        return;
      case 'cell-started':
        this.#progress.get(taskIdentity(event.ref))?.cellStarted(event);
        return;
      case 'cell-finished':
        return;
      case 'streamed':
        if (this.#options.verbose) this.#stream(event.ref).add(event.text);
        return;
      case 'note':
        if (this.#options.verbose) this.#message(event.message, event);
        return;
      case 'warning':
        this.#warning(event.message, event);
        return;
      case 'code-warnings':
        this.#print(
          renderDiagnostics(event.diagnostics, this.#options).split('\n'),
        );
        return;
      case 'waiting':
        this.#line(event.ref, `waits: ${event.reason}`);
        return;
      case 'task-finished':
        this.#finished(event.outcome);
        return;
      case 'uploading':
        this.#uploading(event);
        return;
      case 'store-finished':
        this.#sharing = event.summary;
        for (const warning of sharingWarnings(event.summary)) {
          this.#warning(warning.message, warning);
        }
        return;
      case 'build-finished':
        this.#summarize(event.durationMs);
        return;
    }
  }

  #finished(outcome: TaskOutcome): void {
    const { ref } = outcome;
    const id = taskIdentity(ref);
    this.#progress.get(id)?.end();
    this.#streams.get(id)?.end();
    this.#outcomes.push(outcome);
    if (outcome.status === 'fresh' && !this.#options.verbose) return;
    const line = outcomeLine(outcome, this.#palette);
    if (outcome.status !== 'failed') {
      this.#line(ref, line);
      return;
    }
    if (this.#options.failures === 'headline') {
      this.#line(ref, `${line}: ${outcome.failure.message}`);
      return;
    }
    this.#line(ref, line);
    const lines = renderFailure(outcome.failure, this.#options);
    const block = lines.map((line) => (line === '' ? '' : `  ${line}`));
    this.#print(['', ...block, '']);
  }

  #summarize(durationMs: number): void {
    this.#print(
      summaryLines({
        outcomes: this.#outcomes,
        durationMs,
        cwd: this.#options.cwd,
        palette: this.#palette,
        ...(this.#sharing === undefined ? {} : { sharing: this.#sharing }),
      }),
    );
  }

  #uploading(left: { readonly results: number; readonly bytes: number }): void {
    const now = this.#options.now();
    if (now - this.#uploadLineAt < uploadLineMs) return;
    this.#uploadLineAt = now;
    const results = left.results === 1 ? '1 result' : `${left.results} results`;
    this.#print([`uploading ${results} (${formatBytes(left.bytes)})`]);
  }

  #newProgress(event: {
    readonly ref: TaskRef;
    readonly estimateMs?: number;
  }): ProgressLines {
    const { now, later } = this.#options;
    const { estimateMs } = event;
    return new ProgressLines({
      now,
      print: (text) => this.#line(event.ref, text),
      hasCells: hasCells(event.ref),
      ...(estimateMs === undefined ? {} : { estimateMs }),
      ...(later === undefined ? {} : { later }),
    });
  }

  #stream(ref: TaskRef): StreamLines {
    const id = taskIdentity(ref);
    const known = this.#streams.get(id);
    if (known !== undefined) return known;
    const lines = new StreamLines((text) =>
      this.#line(
        ref,
        `${this.#palette.dim('|')} ${this.#options.color ? text : stripVTControlCharacters(text)}`,
      ),
    );
    this.#streams.set(id, lines);
    return lines;
  }

  #warning(
    text: string,
    event: { readonly ref?: TaskRef; readonly hint?: string },
  ): void {
    this.#message(`${this.#palette.yellow('warning:')} ${text}`, event);
  }

  #message(
    text: string,
    event: { readonly ref?: TaskRef; readonly hint?: string },
  ): void {
    if (event.ref === undefined) this.#print([text]);
    else this.#line(event.ref, text);
    if (event.hint !== undefined) this.#print([`  ${event.hint}`]);
  }

  #line(ref: TaskRef, text: string): void {
    this.#print([`${this.#palette.bold(taskLabel(ref))}  ${text}`]);
  }

  #print(lines: readonly string[]): void {
    for (const line of lines) this.#options.write(`${line}\n`);
  }
}
