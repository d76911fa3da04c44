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

/** Something that will fail when it is executed. */
export interface CodeProblem {
  /** `outside`: `return`, `yield` and the like where they can't be; `name` is the word. */
  readonly kind:
    'undefined-name' | 'syntax-error' | 'outside' | 'duplicate-argument';
  /** The name in question; empty for a syntax error. */
  readonly name: string;
  readonly position: CellPosition;
}

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
  /** Of a notebook's cells only: what fails for certain, each undefined name once. Injected names are listed, too. */
  readonly problems?: readonly CodeProblem[];
  /** Only in a cache, of the facts of a {@link Definition}: the rest of it. */
  readonly definition?: Omit<Definition, 'facts'>;
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

/** One parameter of a function. */
export interface Parameter {
  readonly name: string;
  readonly kind: 'positional-only' | 'plain' | 'keyword-only' | '*' | '**';
  readonly hasDefault: boolean;
}

/** A part of a text in UTF-16 code units, end excluded. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** What a module says of one of its names, and of everything in the module that the name can reach. */
export interface Definition {
  /**
   * What the name is bound to: a function, a class, an import from another module, something else, or nothing. It is
   * `possible` when it is not bound in plain sight, but may well be (a star import, `globals()`, text that does not parse).
   */
  readonly kind:
    'function' | 'class' | 'imported' | 'value' | 'possible' | 'absent';
  /** sha256 (hex) over the slice: the text that may take part in what the name does. */
  readonly digest: string;
  /** True when the slice is the whole module, since it can't be told apart. */
  readonly isWhole: boolean;
  /** Facts of the slice; `upstreamUse` is that of the definition itself. */
  readonly facts: PythonFacts;
  /** Of a function, when nothing may have changed it. */
  readonly parameters?: readonly Parameter[];
  /** Where an imported name comes from; names has that one alone. */
  readonly origin?: ImportFact;
  /** Literal subscripts `upstream['a']` in a function, in order. */
  readonly upstream: readonly (TextSpan & { readonly name: string })[];
  /** The name in its definition, or the first line. */
  readonly position: TextSpan;
  /** All names that the module binds, in order. */
  readonly names: readonly string[];
}

/** A cache of {@link PythonFacts} by a sha256 (hex) over FACTS_VERSION and what the facts were read from. */
export interface FactsCache {
  get(digest: string): PythonFacts | undefined;
  set(digest: string, facts: PythonFacts): void;
}
