/**
 * Before the end-to-end suites: the installations that their workspaces link to.
 */
import { makeInstallations } from './installation';

// Jest loads it by its default export.
export default makeInstallations;
