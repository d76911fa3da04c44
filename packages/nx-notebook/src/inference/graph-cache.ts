/**
 * The models of pipelines between two Nx commands: a pipeline is loaded again when a file that loading read is no
 * longer the one it was, when an environment variable that it read has another value, when it is asked for in another
 * way, or when the plugin's version is another. Broken pipelines are never kept.
 */
import { join } from 'node:path';
import type { Environment } from '../settings/settings.js';
import { readEntriesQuietly, writeFileQuietly } from './atomic-file.js';
import { fileIdentity } from './file-identity.js';
import type { PipelineModels } from './pipeline-model.js';

/** Counts the shapes of an entry, for those who change it without another version of the plugin. */
const shape = 2;

interface Entry {
  /** How it was loaded. */
  readonly question: string;
  readonly reads: readonly (readonly [path: string, identity: string])[];
  /** Null for a variable that was not set. */
  readonly variables: readonly (readonly [
    name: string,
    value: string | null,
  ])[];
  readonly models: PipelineModels;
}

/** What was loaded, how, and what it was made of. */
export interface LoadedModels {
  readonly question: string;
  readonly models: PipelineModels;
  /** Absolute paths that were read, also those that were not there. */
  readonly reads: readonly string[];
  readonly variables: readonly string[];
  /** When reading began. */
  readonly startedNs: bigint;
}

/** Models by the path of their pipeline, and by how it is loaded: its configurations, overrides, options. */
export interface GraphCache {
  get(file: string, question: string): PipelineModels | undefined;
  set(file: string, loaded: LoadedModels): void;
  /** Writes the models that were asked for or set; forgets all others. */
  persist(): void;
}

/** Opens the cache of a workspace. */
export function openGraphCache(
  dataFolder: string,
  {
    pluginVersion,
    env,
  }: { readonly pluginVersion: string; readonly env: Environment },
): GraphCache {
  const path = join(dataFolder, 'nx-notebook-graph.json');
  const version = `${pluginVersion} ${shape}`;
  const before = readEntries(path, version);
  const now = new Map<string, Entry>();
  let isDirty = false;
  return {
    get(file, question) {
      const entry = before.get(file);
      if (entry?.question !== question || !isCurrent(entry, env))
        return undefined;
      now.set(file, entry);
      return entry.models;
    },
    set(file, { question, reads, variables, models, startedNs }) {
      const identities = reads.map(
        (read) => [read, fileIdentity(read, startedNs)] as const,
      );
      const values = variables.map(
        (name) => [name, env[name] ?? null] as const,
      );
      isDirty = true;
      if (identities.every(hasIdentity)) {
        now.set(file, {
          question,
          reads: identities,
          variables: values,
          models,
        });
      }
    },
    persist() {
      if (!isDirty && now.size === before.size) return;
      writeFileQuietly(path, JSON.stringify({ version, entries: [...now] }));
    },
  };
}

function isCurrent({ reads, variables }: Entry, env: Environment): boolean {
  return (
    variables.every(([name, value]) => (env[name] ?? null) === value) &&
    reads.every(([path, identity]) => fileIdentity(path) === identity)
  );
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
