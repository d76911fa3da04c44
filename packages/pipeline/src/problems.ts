/**
 * Collects everything that is wrong with a pipeline, so that one look shows it all. Knows no rules of its own.
 */
import type { Diagnostic, Location } from '@nx-notebook/notebook';

/** A problem without its severity. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly location?: Location;
}

/** The problems found so far. */
export class Problems {
  readonly #mainFile: string;
  readonly #found: Diagnostic[] = [];

  /** Problems in the main file are listed before those of other files. */
  constructor(mainFile: string) {
    this.#mainFile = mainFile;
  }

  /** Adds something that the pipeline can not be loaded with. */
  error(problem: Problem): void {
    this.#found.push({ severity: 'error', ...problem });
  }

  /** Adds something that a user should look at. */
  warning(problem: Problem): void {
    this.#found.push({ severity: 'warning', ...problem });
  }

  /** Adds diagnostics that another reader made. */
  add(...diagnostics: readonly Diagnostic[]): void {
    this.#found.push(...diagnostics);
  }

  /** Whether anything found is an error. */
  get hasErrors(): boolean {
    return this.#found.some(({ severity }) => severity === 'error');
  }

  /** How many errors were found. */
  get errorCount(): number {
    return this.#found.filter(({ severity }) => severity === 'error').length;
  }

  /** Everything found: errors first, each in file order, what was said twice once. */
  get sorted(): readonly Diagnostic[] {
    const unique = new Map(
      this.#found.map((one) => [
        JSON.stringify([one.code, one.message, placeOf(one.location)]),
        one,
      ]),
    );
    return [...unique.values()].sort((a, b) => this.#compare(a, b));
  }

  #compare(a: Diagnostic, b: Diagnostic): number {
    return (
      rankOf(a) - rankOf(b) ||
      this.#fileRank(a) - this.#fileRank(b) ||
      compareText(a.location?.file ?? '', b.location?.file ?? '') ||
      (a.location?.line ?? 0) - (b.location?.line ?? 0) ||
      (a.location?.column ?? 0) - (b.location?.column ?? 0)
    );
  }

  #fileRank({ location }: Diagnostic): number {
    return location === undefined || location.file === this.#mainFile ? 0 : 1;
  }
}

function rankOf({ severity }: Diagnostic): number {
  return severity === 'error' ? 0 : 1;
}

function placeOf(location: Location | undefined): readonly unknown[] {
  return [location?.file, location?.line, location?.column];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
