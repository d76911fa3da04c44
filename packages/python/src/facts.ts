/**
 * What one Python source says about itself, found by parsing, never by running. Plain JSON, so that it can be
 * cached by the digest of the source.
 */
import type { PyValue } from './value.js';

/** A position inside one cell (or a module, as cell 0). Lines and columns count from 1. */
export interface CellPosition {
  readonly cell: number;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** One `import` or `from ... import`. */
export interface ImportFact {
  /** Dotted module as written, without leading dots; empty for `from . import x`. */
  readonly module: string;
  /** Number of leading dots. */
  readonly level: number;
  /** Names after `import` in a from-import (`*` possible); empty for a plain import. */
  readonly names: readonly string[];
}

/** How a source uses the variable `upstream` outside its own assignment. */
export type UpstreamUse =
  /** Only literal subscripts: `upstream['clean']['data']` is ['clean', 'data'], `upstream['clean']` is ['clean']. */
  | {
      readonly kind: 'subscripts';
      readonly paths: readonly (readonly string[])[];
    }
  /** Any other use (a loop, a call, `globals()`, a magic that mentions it): everything may be read. */
  | { readonly kind: 'anything' };

/** Everything that keys and inference need to know of a notebook's code cells or of a module. */
export interface PythonFacts {
  readonly imports: readonly ImportFact[];
  /**
   * An import whose target can't be read from the source (`importlib.import_module(name)`, `__import__`, `exec`,
   * `runpy`, unpickling, text that does not parse): any local module may be read.
   */
  readonly importsAnything: boolean;
  /**
   * Folders and files put on `sys.path`, changed into, or run (`%run`, `%load`, `exec(open(...))`, `!python a.py`):
   * absolute, relative to the working directory, or below `__file__`, which stands for the module's own path.
   */
  readonly paths: readonly string[];
  readonly upstreamUse: UpstreamUse;
}

/** One top-level assignment to a plain name. */
export interface Assignment {
  readonly name: string;
  readonly value: AssignedValue;
  /** The name. The cell is 0. */
  readonly position: CellPosition;
  /** The right side; absent for an annotation without a value, which assigns nothing and is not listed. */
  readonly valuePosition: CellPosition;
}

/** A literal, or the text of an expression that only Python could evaluate. */
export type AssignedValue =
  PyValue | { readonly kind: 'not-literal'; readonly text: string };

/** A cache of {@link PythonFacts} by a sha256 (hex) over FACTS_VERSION and what the facts were read from. */
export interface FactsCache {
  get(digest: string): PythonFacts | undefined;
  set(digest: string, facts: PythonFacts): void;
}
