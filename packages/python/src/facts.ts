/**
 * What one Python source says about itself, found by parsing, never by running. Plain JSON, so that it can be
 * cached by the digest of the source.
 */

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
  /** An import whose target is computed (`importlib.import_module(name)`, `__import__`, `exec`, `runpy`): any local module may be read. */
  readonly importsAnything: boolean;
  /** Literal folders or files put on `sys.path`, or run by `%run`, `%load`, `exec(open(...))`, as written. */
  readonly paths: readonly string[];
  readonly upstreamUse: UpstreamUse;
}
