/** Folders with files for tests. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder with files, gone at the end of the test. */
export class Files implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), 'nx-notebook-run-'));

  constructor(files: Readonly<Record<string, string>>) {
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  write(path: string, text: string): void {
    const absolute = join(this.root, path);
    mkdirSync(dirname(absolute), { recursive: true });
    writeFileSync(absolute, text);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Files of a pipeline `ml` whose tasks have these names and read nothing of each other. */
export function pipelineOf(...names: readonly string[]): Files {
  const tasks = names.map(
    (name) =>
      `  - source: ${name}.py\n    product: {nb: out/${name}.ipynb, data: out/${name}.csv}\n`,
  );
  const sources = names.map(
    (name) =>
      [
        `ml/${name}.py`,
        '# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n# %%\nprint(1)\n',
      ] as const,
  );
  return new Files({
    'ml/pipeline.yaml': `tasks:\n${tasks.join('')}`,
    ...Object.fromEntries(sources),
  });
}
