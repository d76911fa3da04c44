/**
 * What finding functions of the user needs: where the pipeline is, and the disk as loading sees it.
 */
import type { FactsCache } from '@nx-notebook/python';
import type { Problems } from '../problems.js';
import type { TextFile } from '../text-file.js';
import type { WorkspaceFiles } from '../workspace-files.js';

/** Where modules are looked for, and where problems go. */
export interface CallContext {
  /** The file that the dotted path stands in. */
  readonly file: TextFile;
  /** Absolute folder of the pipeline: first on `sys.path`. */
  readonly folder: string;
  /** Absolute project root: that of a package, else {@link folder}. */
  readonly root: string;
  readonly files: WorkspaceFiles;
  readonly problems: Problems;
  readonly facts: FactsCache | undefined;
}
