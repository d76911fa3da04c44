/**
 * Follows imports through local modules. Everything that may be meant by a name is taken: all roots at once, and
 * local modules beside installed ones, since the order of `sys.path` depends on the kernel. Knows of distributions
 * only that other names than local ones exist.
 */
import { statSync } from 'node:fs';
import * as path from 'node:path';
import type { ImportFact, PythonFacts } from '../facts.js';
import {
  absentModules,
  allSubmodules,
  findModule,
  findSubmodule,
  type ImportRoots,
} from './find-module.js';
import type { FolderView } from './folder-listings.js';
import type { ReadModule } from './module-facts.js';
import { scanModules } from './scan-modules.js';

/** Where to look, and how. */
export interface ClosureParts {
  /** The module that the facts are of; a cell has none. */
  readonly file?: string;
  /** Absolute working directory: the first root. */
  readonly folder: string;
  /** Further roots: PYTHONPATH, editable installations. */
  readonly roots: ImportRoots;
  /** Folders whose modules count when an import is computed. */
  readonly scanned: readonly string[];
  readonly view: FolderView;
  readonly read: ReadModule;
}

/** What was reached. */
export interface LocalClosure {
  /** Absolute. */
  readonly files: ReadonlySet<string>;
  /** Top-level names that are imported absolutely. */
  readonly topLevel: ReadonlySet<string>;
  /** Dotted names without a local file; what is installed is among them. */
  readonly notLocal: ReadonlySet<string>;
  /** Absolute paths that are not there and would be reached. */
  readonly absent: ReadonlySet<string>;
  readonly importsAnything: boolean;
}

/** Follows the facts of one source; relative imports of a cell are taken from the working directory. */
export async function localClosure(
  facts: PythonFacts,
  parts: ClosureParts,
): Promise<LocalClosure> {
  // A folder put on sys.path anywhere serves every import, so that earlier ones are looked up again.
  let folders: readonly string[] = [];
  for (;;) {
    const walk = new ClosureWalk(parts, folders);
    await walk.follow(facts);
    if (!walk.isStale) return walk;
    folders = [...walk.folders];
  }
}

class ClosureWalk implements LocalClosure {
  readonly files = new Set<string>();
  readonly topLevel = new Set<string>();
  readonly notLocal = new Set<string>();
  readonly absent = new Set<string>();
  /** Folders that the sources put on `sys.path`. */
  readonly folders: Set<string>;
  importsAnything = false;
  /** True when a folder came after names had been looked up. */
  isStale = false;
  readonly #parts: ClosureParts;
  #roots: ImportRoots;
  readonly #open: string[] = [];
  readonly #resolved = new Set<string>();

  constructor(parts: ClosureParts, folders: readonly string[]) {
    this.#parts = parts;
    this.folders = new Set(folders);
    this.#roots = this.#rootsNow();
  }

  async follow(facts: PythonFacts): Promise<void> {
    this.#takeFacts(facts, this.#parts.file);
    for (
      let next = this.#open.pop();
      next !== undefined;
      next = this.#open.pop()
    ) {
      const module = await this.#parts.read(next);
      if (module === undefined) this.files.delete(next);
      else this.#takeFacts(module.facts, next);
    }
    if (this.importsAnything) await this.#followAnything();
  }

  /** Every module that could be meant, except notebooks kept as scripts. */
  async #followAnything(): Promise<void> {
    const { scanned, view, read } = this.#parts;
    const scans = [...new Set([...scanned, ...this.folders])];
    for (const file of scans.flatMap((folder) => scanModules(folder, view))) {
      if (this.files.has(file)) continue;
      const module = await read(file);
      if (module === undefined || module.isTaskSource) continue;
      this.files.add(file);
      this.#takeFacts(module.facts, file);
    }
    for (
      let next = this.#open.pop();
      next !== undefined;
      next = this.#open.pop()
    ) {
      const module = await read(next);
      if (module !== undefined) this.#takeFacts(module.facts, next);
    }
  }

  #takeFacts(facts: PythonFacts, file: string | undefined): void {
    if (facts.importsAnything) this.importsAnything = true;
    for (const text of facts.paths) this.#takePath(text, file);
    for (const fact of facts.imports)
      if (fact.level > 0) this.#takeRelative(fact, file);
      else this.#takeAbsolute(fact);
  }

  #takeAbsolute(fact: ImportFact): void {
    const key = `${fact.module}:${fact.names.join()}`;
    if (this.#resolved.has(key)) return;
    this.#resolved.add(key);
    const [top = ''] = fact.module.split('.');
    this.topLevel.add(top);
    const found = findModule(fact.module, this.#roots, this.#parts.view);
    this.#addFiles(found.files);
    this.#addAbsent(fact.module, this.#roots.folders);
    if (!found.isFound) this.notLocal.add(fact.module);
    this.#takeNames(fact.names, found.packages);
  }

  #takeRelative({ module, level, names }: ImportFact, file?: string): void {
    const { view, folder } = this.#parts;
    const ups = Array<string>(level - 1).fill('..');
    const start = file === undefined ? folder : path.dirname(file);
    const base = path.resolve(start, ...ups);
    if (view(base).files.has('__init__.py'))
      this.#addFiles([path.join(base, '__init__.py')]);
    const found =
      module === ''
        ? { files: [], packages: [base] }
        : findModule(module, { folders: [base], modules: {} }, view);
    this.#addFiles(found.files);
    this.#addAbsent(module, [base]);
    this.#takeNames(names, found.packages);
  }

  #takeNames(names: readonly string[], packages: readonly string[]): void {
    const { view } = this.#parts;
    for (const name of names) {
      if (name !== '*') this.#addAbsent(name, packages);
      this.#addFiles(
        name === '*'
          ? allSubmodules(packages, view)
          : findSubmodule(name, packages, view),
      );
    }
  }

  /** A folder on `sys.path`, or a file that is run; a script finds the modules beside it. */
  #takePath(text: string, file: string | undefined): void {
    const target = text.startsWith('__file__')
      ? file && path.normalize(text.replace('__file__', () => file))
      : path.resolve(this.#parts.folder, text);
    if (target === undefined) return;
    const stat = statSync(target, { throwIfNoEntry: false });
    if (stat === undefined) this.absent.add(target);
    if (stat?.isDirectory() === true) this.#addFolder(target);
    if (stat?.isFile() !== true) return;
    this.#addFiles([target]);
    this.#addFolder(path.dirname(target));
  }

  #addFolder(folder: string): void {
    if (folder === this.#parts.folder || this.folders.has(folder)) return;
    this.folders.add(folder);
    this.#roots = this.#rootsNow();
    if (this.#resolved.size > 0) this.isStale = true;
  }

  #rootsNow(): ImportRoots {
    const { folder, roots } = this.#parts;
    const folders = new Set([folder, ...this.folders, ...roots.folders]);
    return { folders: [...folders], modules: roots.modules };
  }

  #addAbsent(name: string, folders: readonly string[]): void {
    for (const path of absentModules(name, folders, this.#parts.view))
      this.absent.add(path);
  }

  #addFiles(files: readonly string[]): void {
    for (const file of files) {
      if (this.files.has(file)) continue;
      this.files.add(file);
      this.#open.push(file);
    }
  }
}
