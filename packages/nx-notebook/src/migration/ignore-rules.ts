/**
 * Lines for .gitignore: the products of a project and what Ploomber left beside them. Products that git has already are
 * somebody's decision and stay as they are. Pure, apart from the question what git tracks.
 */
import { spawnSync } from 'node:child_process';
import { posix, relative } from 'node:path';
import { productsOf, type Pipeline } from '@nx-notebook/pipeline';
import { toSlashes } from '../inference/glob.js';

/** Metadata files of Ploomber, which lie beside products. */
export const metadataRule = '.*.metadata';

/** Rules for products, relative to the workspace, each folder of products once. */
export function productRules(
  pipelines: readonly Pipeline[],
  {
    workspaceRoot,
    tracked,
  }: {
    readonly workspaceRoot: string;
    /** Paths relative to the workspace that git tracks. */
    readonly tracked: ReadonlySet<string>;
  },
): readonly string[] {
  const rules = new Set<string>();
  for (const pipeline of pipelines) {
    const sources = new Set(
      pipeline.tasks.map(({ source }) =>
        posixIn(workspaceRoot, source.absolutePath),
      ),
    );
    for (const task of pipeline.tasks) {
      for (const { absolutePath } of productsOf(task)) {
        const path = posixIn(workspaceRoot, absolutePath);
        rules.add(
          ruleFor(path, {
            root: posixIn(workspaceRoot, pipeline.folder),
            kept: [...sources, ...tracked],
          }),
        );
      }
    }
  }
  return [...rules].filter((rule) => rule !== '').sort();
}

/** The top folder of products below the pipeline, unless something else lies in it; then the product itself. */
function ruleFor(
  path: string,
  { root, kept }: { readonly root: string; readonly kept: readonly string[] },
): string {
  const base = root === '' ? '' : `${root}/`;
  const [top = '', ...rest] = path.startsWith(base)
    ? path.slice(base.length).split('/')
    : [];
  const folder = `${base}${top}/`;
  if (rest.length > 0 && !kept.some((file) => file.startsWith(folder))) {
    return `/${folder}`;
  }
  return kept.includes(path) ? '' : `/${path}`;
}

/** What git tracks below a folder; nothing where there is no git or no repository. */
export function trackedFiles(
  workspaceRoot: string,
  folder: string,
): ReadonlySet<string> {
  const git = spawnSync('git', ['ls-files', '-z', '--', folder], {
    cwd: workspaceRoot,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  // Without git there is no output at all.
  const paths = git.error === undefined ? git.stdout.split('\0') : [];
  return new Set(paths.filter((path) => path !== ''));
}

function posixIn(workspaceRoot: string, path: string): string {
  return posix
    .normalize(toSlashes(relative(workspaceRoot, path)))
    .replace(/^\.$/, '');
}
