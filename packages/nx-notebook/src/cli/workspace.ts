/**
 * The workspace around a folder and what its nx.json says of this plugin, found as Nx does it: the nearest nx.json above.
 * Outside of a workspace, variables alone count.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  renderProblems,
  resolveSettings,
  type Environment,
  type Settings,
} from '../settings/settings.js';
import { CommandFailed, failedWith } from './command.js';

/** Where a command works. */
export interface Workspace {
  /** Folder of nx.json, or where the command was started when there is none. */
  readonly root: string;
  /** False outside of a workspace. */
  readonly isWorkspace: boolean;
  /** As written in nx.json; nothing when the plugin is not registered. */
  readonly pluginOptions: unknown;
  readonly isRegistered: boolean;
  readonly settings: Settings;
}

/** Finds it, or says what is wrong with its configuration. */
export async function findWorkspace(
  cwd: string,
  env: Environment,
): Promise<Workspace> {
  const root = rootAbove(cwd);
  const plugin =
    root === undefined ? undefined : await pluginIn(join(root, 'nx.json'));
  const settings = resolveSettings(plugin?.options, env);
  if (!settings.ok) throw failedWith(renderProblems(settings.error));
  return {
    root: root ?? cwd,
    isWorkspace: root !== undefined,
    pluginOptions: plugin?.options,
    isRegistered: plugin !== undefined,
    settings: settings.value,
  };
}

function rootAbove(folder: string): string | undefined {
  if (existsSync(join(folder, 'nx.json'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : rootAbove(parent);
}

async function pluginIn(
  file: string,
): Promise<{ readonly options: unknown } | undefined> {
  const { plugins = [] } = await readNxJson(file);
  const entry = plugins.find(
    (each) => (typeof each === 'string' ? each : each.plugin) === 'nx-notebook',
  );
  if (entry === undefined) return undefined;
  return { options: typeof entry === 'string' ? undefined : entry.options };
}

interface NxJson {
  readonly plugins?: readonly (
    string | { readonly plugin: string; readonly options?: unknown }
  )[];
}

async function readNxJson(file: string): Promise<NxJson> {
  try {
    return await parseNxJson(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CommandFailed(
      `${file} can't be read: ${error instanceof Error ? error.message : String(error)}`,
      "Repair it; Nx can't read it either.",
    );
  }
}

/** Nx allows comments. Its own parser is slow to load, so it is asked only about what is not plain JSON. */
async function parseNxJson(text: string): Promise<NxJson> {
  try {
    return JSON.parse(text) as NxJson;
  } catch {
    const { parseJson } = await import('@nx/devkit');
    return parseJson<NxJson>(text, { allowTrailingComma: true });
  }
}
