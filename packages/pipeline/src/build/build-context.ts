/**
 * What building the tasks of a pipeline needs beside its spec.
 */
import type { ConvertNotebook, FactsCache, PyValue } from '@nx-notebook/python';
import type { Pipeline } from '../pipeline.js';
import type { Problems } from '../problems.js';
import type { MetaSpec } from '../spec/pipeline-spec.js';
import type { TextFile } from '../text-file.js';
import type { WorkspaceFiles } from '../workspace-files.js';

/** One pipeline that is being loaded. */
export interface BuildContext {
  /** pipeline.yaml. */
  readonly file: TextFile;
  /** Absolute folder of the pipeline. */
  readonly folder: string;
  /** Absolute folder that products and resources are relative to. */
  readonly root: string;
  readonly files: WorkspaceFiles;
  readonly problems: Problems;
  readonly facts: FactsCache | undefined;
  readonly convert: ConvertNotebook | undefined;
  readonly meta: MetaSpec;
  readonly pathStyle: Pipeline['pathStyle'];
  /** Values by the id of a late value, as far as they are known. */
  readonly late: ReadonlyMap<string, PyValue>;
}
