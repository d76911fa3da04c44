/**
 * Products for the store's contract suite, and looking at what stands on disk as plain values.
 */
import { createHash } from 'node:crypto';
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  digestProduct,
  type ProductLocation,
  type SaveRequest,
} from '@nx-notebook/store';

/** A file's text, or a folder's files by relative path. */
export type ProductContent = string | Readonly<Record<string, string>>;

/** A folder of its own for one test. */
export interface Scratch extends AsyncDisposable {
  readonly root: string;
  readonly path: (...parts: string[]) => string;
}

/** Makes an empty folder that disappears with the test. */
export async function openScratch(): Promise<Scratch> {
  const root = await mkdtemp(join(tmpdir(), 'nx-notebook-store-'));
  return {
    root,
    path: (...parts) => join(root, ...parts),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** A key by a short name. */
export function keyOf(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

/** Writes products below a folder. */
export async function writeProducts(
  folder: string,
  products: Readonly<Record<string, ProductContent>>,
): Promise<ProductLocation[]> {
  for (const [name, content] of Object.entries(products)) {
    const path = join(folder, name);
    if (typeof content === 'string') {
      await mkdir(folder, { recursive: true });
      await writeFile(path, content);
      continue;
    }
    await mkdir(path, { recursive: true });
    const files = Object.entries(content);
    for (const inner of new Set(files.map(([name]) => dirname(name)))) {
      await mkdir(join(path, inner), { recursive: true });
    }
    for (const [inner, text] of files) await writeFile(join(path, inner), text);
  }
  return locationsIn(folder, Object.keys(products));
}

/** Where products of these names stand below a folder. */
export function locationsIn(
  folder: string,
  names: readonly string[],
): ProductLocation[] {
  return names.map((name) => ({ name, path: join(folder, name) }));
}

/** A request to save what stands at the locations. */
export async function requestFor(
  name: string,
  locations: readonly ProductLocation[],
): Promise<SaveRequest> {
  const products = [];
  for (const location of locations) {
    const outcome = await digestProduct(location.name, location.path);
    if (outcome.status !== 'digested') throw new Error(outcome.message);
    products.push({ ...location, entry: outcome.entry });
  }
  return { key: keyOf(name), products, provenance: { by: 'contract' } };
}

/** Everything below a path: files by text, links by target, folders by a slash at the end. Empty if missing. */
export async function snapshot(path: string): Promise<Record<string, string>> {
  const seen: Record<string, string> = {};
  const visit = async (at: string, name: string): Promise<void> => {
    const found = await lstat(at).catch(() => undefined);
    if (found === undefined) return;
    if (found.isSymbolicLink()) {
      seen[name] = `-> ${await readlink(at)}`;
    } else if (found.isDirectory()) {
      seen[`${name}/`] = 'folder';
      for (const inner of await readdir(at)) {
        await visit(join(at, inner), `${name}/${inner}`);
      }
    } else {
      seen[name] = await readFile(at, 'utf8');
    }
  };
  await visit(path, '');
  return seen;
}
