/**
 * What lies beside pipelines and that Ploomber would have read: other names of pipelines, entry points, folders of notebooks
 * without a yaml. Each is one sentence with the way out. Reads names, and the beginning of yaml files.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Sentences about one folder and what is below it; paths are relative to the workspace. */
export function findLeftovers(
  workspaceRoot: string,
  folder: string,
): readonly string[] {
  const entries = readdirSync(join(workspaceRoot, folder), {
    withFileTypes: true,
  });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
  const inside = entries
    .filter((entry) => entry.isDirectory() && isLookedInto(entry.name))
    .map(({ name }) => name)
    .sort();
  return [
    ...files.flatMap((name) =>
      aboutFile(posix.join(folder, name), workspaceRoot),
    ),
    ...aboutNotebooks(folder, files),
    ...inside.flatMap((name) =>
      findLeftovers(workspaceRoot, posix.join(folder, name)),
    ),
  ];
}

/** Folders that hold nothing of the user's. */
export function isLookedInto(name: string): boolean {
  return (
    !name.startsWith('.') &&
    !['node_modules', '__pycache__', 'site-packages'].includes(name)
  );
}

function aboutFile(path: string, workspaceRoot: string): readonly string[] {
  const name = posix.basename(path);
  const folder = posix.dirname(path);
  if (name === 'setup.cfg') {
    const text = readStart(join(workspaceRoot, path));
    const entry = /^\[ploomber\][^[]*?^entry-point\s*=\s*(.+)$/ms.exec(text);
    return entry === null
      ? []
      : [
          `${path} names the entry point ${entry[1]?.split('\n', 1)[0]?.trim() ?? ''}: it is not read, each pipeline.yaml is a project of its own`,
        ];
  }
  if (!/\.ya?ml$/.test(name) || /^pipeline(?:\..+)?\.yaml$/.test(name)) {
    return [];
  }
  if (/^env(?:\..+)?\.yml$/.test(name)) {
    return [
      `${path} is not read: rename it to ${posix.join(folder, name.replace(/yml$/, 'yaml'))}`,
    ];
  }
  const looksLikePipeline = /^tasks:\s*$[^]*?^\s+-?\s*source:/m.test(
    readStart(join(workspaceRoot, path)),
  );
  if (!looksLikePipeline) return [];
  const stem = name.replace(/\.ya?ml$/, '').replace(/^pipeline[-._]?/, '');
  const better = stem === '' ? 'pipeline.yaml' : `pipeline.${stem}.yaml`;
  return [
    `${path} looks like a pipeline: rename it to ${posix.join(folder, better)}${stem === '' ? '' : ` and it gets the targets execute-${stem}`}, unless another file imports its tasks`,
  ];
}

function aboutNotebooks(
  folder: string,
  files: readonly string[],
): readonly string[] {
  const notebooks = files.filter((name) => name.endsWith('.ipynb'));
  const hasPipeline = files.some((name) =>
    /^pipeline(?:\..+)?\.ya?ml$/.test(name),
  );
  return notebooks.length < 2 || hasPipeline
    ? []
    : [
        `${folder} has ${notebooks.length} notebooks and no pipeline.yaml: if it was run with \`ploomber build --entry-point\`, add it to the option "notebooks" of nx-notebook in nx.json`,
      ];
}

/** Enough to recognise a file; big ones are data. */
function readStart(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(0, 100_000);
  } catch {
    return '';
  }
}
