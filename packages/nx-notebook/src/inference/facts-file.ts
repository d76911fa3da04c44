/**
 * The cache of facts about Python sources, kept in a file between processes: parsing needs a WebAssembly parser, and a
 * text that was parsed once never has to be parsed again. Keyed by the text's digest, so it can't be stale.
 */
import { join } from 'node:path';
import type { FactsCache, PythonFacts } from '@nx-notebook/python';
import { readEntriesQuietly, writeFileQuietly } from './atomic-file.js';

/** About 5 MB of JSON. */
const maxEntries = 10_000;

/** A facts cache that can be written back. */
export interface FactsFile extends FactsCache {
  /** Writes what is new; entries that were used longest ago fall out. */
  persist(): void;
}

/** Opens the facts of a workspace; the file is read at the first look-up. */
export function openFactsFile(dataFolder: string, version: string): FactsFile {
  const path = join(dataFolder, 'nx-notebook-facts.json');
  let loaded: Map<string, PythonFacts> | undefined;
  const used = new Map<string, PythonFacts>();
  let isDirty = false;
  const load = (): Map<string, PythonFacts> =>
    (loaded ??= readFacts(path, version));
  return {
    get(digest) {
      const facts = used.get(digest) ?? load().get(digest);
      if (facts !== undefined) used.set(digest, facts);
      return facts;
    },
    set(digest, facts) {
      used.set(digest, facts);
      isDirty = true;
    },
    persist() {
      if (!isDirty) return;
      const unused = [...load()].filter(([digest]) => !used.has(digest));
      const entries = [...unused, ...used].slice(-maxEntries);
      writeFileQuietly(path, JSON.stringify({ version, entries }));
      isDirty = false;
    },
  };
}

function readFacts(path: string, version: string): Map<string, PythonFacts> {
  return new Map(
    readEntriesQuietly(path, version) as readonly (readonly [
      string,
      PythonFacts,
    ])[],
  );
}
