/**
 * A workspace in a temporary folder, gone when the test is over.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  loadPipeline,
  type LoadOptions,
  type LoadResult,
} from '../src/index.js';
import { writeFiles } from './case-file.js';
import { describeResult } from './describe-result.js';

/** One workspace whose pipeline is in the folder `p`. */
export class TestFolder implements Disposable {
  readonly root: string;
  readonly #outside: string;
  readonly folder: string;
  readonly file: string;

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.#outside = realpathSync(
      mkdtempSync(join(tmpdir(), 'nx-notebook-test-')),
    );
    this.root = join(this.#outside, 'workspace');
    this.folder = join(this.root, 'p');
    this.file = join(this.folder, 'pipeline.yaml');
    this.write(files);
  }

  write(files: Readonly<Record<string, string>>): void {
    writeFiles(this.folder, new Map(Object.entries(files)));
  }

  /** Files beside the workspace, which nothing may look at. */
  writeBeside(files: Readonly<Record<string, string>>): void {
    writeFiles(this.#outside, new Map(Object.entries(files)));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  load(options: Partial<LoadOptions> = {}): Promise<LoadResult> {
    return loadPipeline(this.file, { workspaceRoot: this.root, ...options });
  }

  /** The printed diagnostics. */
  async diagnose(): Promise<string> {
    const result = await this.load();
    return (
      describeResult(result, this.file, this.root).get('diagnostics') ?? ''
    );
  }

  [Symbol.dispose](): void {
    rmSync(this.#outside, { recursive: true, force: true });
  }
}
