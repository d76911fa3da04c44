/**
 * What came of the last run's cache server, kept for `nx-notebook doctor`: under Nx's daemon a hook can't print to the
 * terminal of a run. Losing it costs nothing.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '@nx-notebook/store';
import { dataFolder } from '../data-folder.js';
import type { Environment } from '../settings/settings.js';
import type { NxCacheSummary } from './summary.js';

function fileOf(workspaceRoot: string, env: Environment): string {
  return join(dataFolder(workspaceRoot, env), 'nx-notebook-cache-last.json');
}

/** Keeps it. Never rejects. */
export async function keepSummary(
  summary: NxCacheSummary,
  workspaceRoot: string,
  env: Environment,
): Promise<void> {
  try {
    await mkdir(dataFolder(workspaceRoot, env), { recursive: true });
    const text = JSON.stringify(summary);
    await writeFileAtomically(fileOf(workspaceRoot, env), text);
  } catch {
    // Doctor says less.
  }
}

/** The last one that was kept. */
export async function lastSummary(
  workspaceRoot: string,
  env: Environment,
): Promise<NxCacheSummary | undefined> {
  try {
    const text = await readFile(fileOf(workspaceRoot, env), 'utf8');
    return JSON.parse(text) as NxCacheSummary;
  } catch {
    return undefined; // There is none.
  }
}
