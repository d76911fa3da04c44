/**
 * Where a command prints: results to stdout, everything about the work to stderr. Colours only for a terminal that takes
 * them. Knows no commands.
 */
import type { Environment } from '../settings/settings.js';
import { isSet } from '../settings/settings.js';

/** Marks of a line. */
export type Mark = 'good' | 'bad' | 'unsure' | 'plain';

/** A place to print. */
export interface Terminal {
  /** Whole lines of a result. */
  out(text: string): void;
  /** Whole lines about problems and progress. */
  err(text: string): void;
  /** Whether people look on. */
  readonly isInteractive: boolean;
  /** Paints text for stdout, or leaves it. */
  paint(mark: Mark, text: string): string;
  readonly columns: number;
}

const CODES: Readonly<Record<Mark, readonly [number, number] | undefined>> = {
  good: [32, 39],
  bad: [31, 39],
  unsure: [33, 39],
  plain: undefined,
};

/** The terminal of a process. */
export function openProcessTerminal(
  of: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'env'>,
): Terminal {
  const isInteractive = of.stdout.isTTY;
  const hasColor = wantsColor(of.env, isInteractive);
  return {
    out: (text) => of.stdout.write(`${text}\n`),
    err: (text) => of.stderr.write(`${text}\n`),
    isInteractive,
    paint: (mark, text) => paint(hasColor ? CODES[mark] : undefined, text),
    columns: isInteractive ? of.stdout.columns : 80,
  };
}

/** NO_COLOR and FORCE_COLOR win over what the stream is. Pure. */
export function wantsColor(env: Environment, isTerminal: boolean): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  return env['FORCE_COLOR'] === undefined
    ? isTerminal && env['TERM'] !== 'dumb'
    : isSet(env['FORCE_COLOR']);
}

function paint(
  codes: readonly [number, number] | undefined,
  text: string,
): string {
  return codes === undefined
    ? text
    : `\u001B[${codes[0]}m${text}\u001B[${codes[1]}m`;
}
