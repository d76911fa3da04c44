/**
 * Names of inferred projects: the name that the folder has as a project anyway, else the folder's name, else
 * (where two folders have the same one) its path joined by dashes. Depends on nothing but the list, so it is the
 * same on every machine. Does not know the names of projects without a pipeline. Pure.
 */
import { posix } from 'node:path';

/** A folder with a pipeline.yaml. */
export interface NamedFolder {
  /** Relative to the workspace, with slashes; `.` for its root. */
  readonly root: string;
  /** The name in the folder's project.json or package.json, if it has one. */
  readonly ownName?: string;
}

/** A name for each folder, by its root. No two are the same, unless two folders give themselves the same name. */
export function projectNames(
  folders: readonly NamedFolder[],
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const unnamed: string[] = [];
  for (const { root, ownName } of folders) {
    if (ownName === undefined) unnamed.push(root);
    else names.set(root, ownName);
  }
  unnamed.sort();
  const claims = countClaims([...names.values(), ...unnamed.map(folderName)]);
  for (const root of unnamed) {
    const isAlone = claims.get(folderName(root)) === 1;
    names.set(root, isAlone ? folderName(root) : pathName(root, claims));
  }
  return names;
}

function countClaims(names: readonly string[]): Map<string, number> {
  const claims = new Map<string, number>();
  for (const name of names) claims.set(name, (claims.get(name) ?? 0) + 1);
  return claims;
}

/** A folder may itself be called like the joined path of another one: then a number follows. */
function pathName(root: string, claims: Map<string, number>): string {
  const joined = withoutColons(
    root === '.' ? rootName : root.replaceAll('/', '-'),
  );
  let name = joined;
  for (let count = 2; claims.has(name); count += 1) name = `${joined}-${count}`;
  claims.set(name, 1);
  return name;
}

/** The workspace's folder has another name in each clone; this one is the same everywhere. */
const rootName = 'root';

function folderName(root: string): string {
  return root === '.' ? rootName : withoutColons(posix.basename(root));
}

/** A colon would end the project's name in `nx run name:target`. */
function withoutColons(name: string): string {
  return name.replaceAll(':', '-');
}
