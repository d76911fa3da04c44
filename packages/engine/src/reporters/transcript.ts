/**
 * Everything that one task says, for Nx to show and to replay: why it ran, what its cells printed, how it ended. Bounded,
 * as a notebook may print more than memory holds.
 */
import { renderDiagnostics } from '@nx-notebook/notebook';
import type { SharingSummary } from '@nx-notebook/store';
import type { BuildEvent, Reporter } from '../event.js';
import { taskIdentity } from '../task-names.js';
import type { TaskRef } from '../task-runner.js';
import { BoundedText } from './bounded-text.js';
import { hasCells } from './has-cells.js';
import { outcomeLine, reasonLine } from './outcome-line.js';
import { paletteOf } from './palette.js';
import { renderFailure } from './render-failure.js';
import { shareHint, sharingWarnings } from './sharing-lines.js';

/** Characters kept of one task's output; Nx keeps this text of every task in memory. */
const maxLength = 1_000_000;

/** Collects everything that one task says. */
export interface TaskTranscript {
  readonly reporter: Reporter;
  /** All of it so far. */
  text(): string;
}

/** How a transcript is written. */
export interface TaskTranscriptOptions {
  readonly color: boolean;
  /** Paths are shown relative to this folder. */
  readonly cwd: string;
  /** Also takes each piece at once, and all of them: nothing is left out here. */
  readonly write?: (text: string) => void;
}

/** Collects the full terminal output of one task; events of other tasks are ignored. */
export function createTaskTranscript(
  ref: TaskRef,
  options: TaskTranscriptOptions,
): TaskTranscript {
  const transcript = new Transcript(options);
  const id = taskIdentity(ref);
  return {
    reporter: {
      handle(event) {
        const of =
          event.type === 'task-finished'
            ? event.outcome.ref
            : 'ref' in event
              ? event.ref
              : undefined;
        const isOwn = of !== undefined && taskIdentity(of) === id;
        // Where the transcript is all that a process prints, nobody else says what concerns the whole build.
        const isForAll = of === undefined && options.write !== undefined;
        if (isOwn || isForAll) transcript.add(event);
      },
    },
    text: () => transcript.text(),
  };
}

class Transcript {
  readonly #options: TaskTranscriptOptions;
  readonly #text = new BoundedText(maxLength);
  /** Header of the running cell, until it prints something. */
  #header: string | undefined;

  constructor(options: TaskTranscriptOptions) {
    this.#options = options;
  }

  text(): string {
    return this.#text.text();
  }

  add(event: BuildEvent): void {
    const palette = paletteOf(this.#options.color);
    switch (event.type) {
      case 'task-started':
        this.#line(`runs: ${reasonLine(event)}`);
        return;
      case 'cell-started':
        if (!hasCells(event.ref)) return;
        this.#header = palette.dim(
          `--- cell ${event.ordinal}/${event.total} ---`,
        );
        return;
      case 'streamed':
        if (this.#header !== undefined) this.#line(this.#header);
        this.#header = undefined;
        this.#add(event.text);
        return;
      case 'warning':
        this.#warning(event.message, event.hint);
        return;
      case 'code-warnings':
        this.#line(renderDiagnostics(event.diagnostics, this.#options));
        return;
      case 'note':
        this.#line(event.message);
        if (event.hint !== undefined) this.#line(`  ${event.hint}`);
        return;
      case 'waiting':
        this.#line(`waits: ${event.reason}`);
        return;
      case 'task-finished':
        this.#line(outcomeLine(event.outcome, palette));
        if (event.outcome.status !== 'failed') return;
        for (const line of renderFailure(
          event.outcome.failure,
          this.#options,
        )) {
          this.#line(line);
        }
        return;
      case 'store-finished':
        for (const { message, hint } of sharingWarnings(event.summary)) {
          this.#warning(message, hint);
        }
        this.#sharing(event.summary);
        return;
      case 'uploading':
      case 'cell-finished':
      case 'build-started':
      case 'build-finished':
        return;
    }
  }

  #warning(message: string, hint: string | undefined): void {
    const palette = paletteOf(this.#options.color);
    this.#line(`${palette.yellow('warning:')} ${message}`);
    if (hint !== undefined) this.#line(`  ${hint}`);
  }

  #sharing(summary: SharingSummary): void {
    if (summary.uploaded > 0) this.#line(`uploaded to ${summary.label}`);
    const hint = shareHint(summary);
    if (hint !== undefined) this.#line(hint);
  }

  #line(text: string): void {
    const { lastCharacter } = this.#text;
    const isOpen = lastCharacter !== '' && lastCharacter !== '\n';
    this.#add(`${isOpen ? '\n' : ''}${text}\n`);
  }

  #add(text: string): void {
    this.#text.add(text);
    this.#options.write?.(text);
  }
}
