/**
 * Prints diagnostics for a terminal.
 */
import type { Diagnostic } from './diagnostic.js';

/** How diagnostics are printed. */
export interface RenderOptions {
  /** Paths below this folder are shown relative to it. */
  readonly cwd?: string;
  /** @default false */
  readonly color?: boolean;
}

/** One block of text without a line break at its end. */
export function renderDiagnostic(
  diagnostic: Diagnostic,
  options: RenderOptions = {},
): string {
  return `${options.cwd ?? ''}${diagnostic.message}`;
}

/** All blocks, an empty line between them. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  options: RenderOptions = {},
): string {
  return diagnostics.map((one) => renderDiagnostic(one, options)).join('\n\n');
}
