/**
 * The models of pipelines between two Nx commands: a pipeline is loaded again when a file that loading read is no
 * longer the one it was, or when the plugin's version is another. Broken pipelines are never kept.
 */
import { join } from 'node:path';
import { readEntriesQuietly, writeFileQuietly } from './atomic-file.js';
import { fileIdentity } from './file-identity.js';
import type { PipelineModel } from './pipeline-model.js';

interface Entry {
  readonly reads: readonly (readonly [path: string, identity: string])[];
  readonly model: PipelineModel;
}

/** Models by the path of their pipeline.yaml. */
export interface GraphCache {
  get(file: string): PipelineModel | undefined;
  /** Keeps a model; `reads` are the absolute paths it was made of, also those that were not there; `startedNs` is when reading began. */
  set(
    file: string,
    entry: {
      readonly reads: readonly string[];
      readonly model: PipelineModel;
      readonly startedNs: bigint;
    },
  ): void;
  /** Writes the models that were asked for or set; forgets all others. */
  persist(): void;
}

/** Opens the cache of a workspace. */
export function openGraphCache(
  dataFolder: string,
  version: string,
): GraphCache {
  const path = join(dataFolder, 'nx-notebook-graph.json');
  const before = readEntries(path, version);
  const now = new Map<string, Entry>();
  let isDirty = false;
  return {
    get(file) {
      const entry = before.get(file);
      if (entry === undefined || !isCurrent(entry)) return undefined;
      now.set(file, entry);
      return entry.model;
    },
    set(file, { reads, model, startedNs }) {
      const identities = reads.map(
        (read) => [read, fileIdentity(read, startedNs)] as const,
      );
      isDirty = true;
      if (identities.every(hasIdentity)) {
        now.set(file, { reads: identities, model });
      }
    },
    persist() {
      if (!isDirty && now.size === before.size) return;
      writeFileQuietly(path, JSON.stringify({ version, entries: [...now] }));
    },
  };
}

function isCurrent({ reads }: Entry): boolean {
  return reads.every(([path, identity]) => fileIdentity(path) === identity);
}

function hasIdentity(
  read: readonly [string, string | undefined],
): read is readonly [string, string] {
  return read[1] !== undefined;
}

/** What this version of the plugin wrote has the shape of an entry. */
function readEntries(path: string, version: string): Map<string, Entry> {
  return new Map(
    readEntriesQuietly(path, version) as readonly (readonly [string, Entry])[],
  );
}
