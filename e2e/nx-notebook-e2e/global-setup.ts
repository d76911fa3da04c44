/**
 * Before the end-to-end suites: the installations that their workspaces link to.
 */
import { makeInstallations } from '../../tools/scripts/pack/installation.mjs';

/** The versions of Nx that are tested: the newest, and the last minor of the major before. */
const NX_VERSIONS = ['24.0.0', '23.3.2'] as const;

/** One of the tested versions of Nx. */
export type NxVersion = (typeof NX_VERSIONS)[number];

// Jest loads it by its default export.
export default (): Promise<void> => makeInstallations(NX_VERSIONS);
