/**
 * Our side of the bench: workspaces with the packed packages, made cold again where that is what is measured.
 */
import { rm } from 'node:fs/promises';
import { TestWorkspace } from '../../packages/testing/dist/index.js';
import { installation } from '../scripts/pack/installation.mjs';
import { SetupFailed } from '../scripts/setup/terminal.mjs';
import { peerPython } from './peers.mjs';

/** The version of Nx that is measured. */
export const NX_VERSION = '24.0.0';

/**
 * @typedef {object} WorkspaceSketch
 * @property {boolean} [daemon]
 * @property {Readonly<Record<string, string>>} [files]
 */

/**
 * Makes workspaces, lets them be measured, removes them.
 *
 * @template T
 * @param {readonly WorkspaceSketch[]} sketches
 * @param {(...workspaces: TestWorkspace[]) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withWorkspaces(sketches, work) {
  const workspaces = await Promise.all(
    sketches.map(({ daemon = false, files = {} }) =>
      TestWorkspace.create({
        installation: installation(NX_VERSION),
        python: peerPython,
        daemon,
        files,
      }),
    ),
  );
  try {
    return await work(...workspaces);
  } finally {
    for (const workspace of workspaces) await workspace[Symbol.asyncDispose]();
  }
}

/**
 * Forgets everything that an earlier run has made: products, records, store and Nx's caches.
 *
 * @param {TestWorkspace} workspace
 * @param {string} folder Of the pipeline.
 */
export async function makeCold(workspace, folder) {
  const paths = [
    workspace.path(folder, 'products'),
    workspace.path('.nx'),
    ...['nx-cache', 'store', 'home/.nx', 'home/.cache'].map((name) =>
      workspace.path('..', name),
    ),
  ];
  for (const path of paths) await rm(path, { recursive: true, force: true });
}

/**
 * @param {TestWorkspace} workspace
 * @param {readonly string[]} [args]
 */
export async function execute(workspace, args = ['run-many', '-t', 'execute']) {
  const { exitCode, output } = await workspace.nx(...args);
  if (exitCode !== 0)
    throw new SetupFailed(
      `nx ${args.join(' ')} failed with code ${exitCode}:\n\n${output}`,
    );
}
