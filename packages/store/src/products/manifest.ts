/**
 * The rules that make a manifest safe to restore: what is not proven to be harmless is refused. Pure; used before
 * publishing and again after reading, because nobody knows who wrote what is read.
 */
import { isAbsolute } from 'node:path';
import { digestOfFiles } from './digest.js';
import type {
  FileEntry,
  Manifest,
  ProductEntry,
  ProductLocation,
} from '../store.js';

/** Keys and digests have the same form. */
const SHA256 = /^[0-9a-f]{64}$/;
/** No file system opens longer ones; also bounds the work on a list that somebody made to keep us busy. */
const MAX_PATH_LENGTH = 4096;
const MAX_PATH_PARTS = 256;
/** Files and folders of a product: far more than the largest manifest of a shared store has files. */
const MAX_NAMES = 500_000;
/** Writing deeper ones as JSON again could exhaust the stack. */
const MAX_PROVENANCE_DEPTH = 32;
const FORBIDDEN_IN_PATH = /[\0\\]|\p{Surrogate}/u;

/** Whether a string can be a key or digest, and therefore a file name. */
export function isSha256(value: unknown): boolean {
  return typeof value === 'string' && SHA256.test(value);
}

/** The manifest in a text, if it is one for this key and every rule holds. */
export function parseManifest(text: string, key: string): Manifest | undefined {
  try {
    return asManifest(JSON.parse(text), key);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The manifest in a parsed text, if it is one for this key and every rule holds; without what does not belong to it. */
export function asManifest(value: unknown, key: string): Manifest | undefined {
  if (!isRecord(value) || value['version'] !== 1 || value['key'] !== key) {
    return undefined;
  }
  const { products, provenance } = value;
  return isSha256(key) &&
    isRecord(provenance) &&
    isShallow(provenance, MAX_PROVENANCE_DEPTH) &&
    isProductList(products) &&
    problemOfProducts(products) === undefined
    ? { version: 1, key, products: products.map(productOf), provenance }
    : undefined;
}

/** Without other fields: they may be too deep to be written as JSON again. */
function productOf(product: ProductEntry): ProductEntry {
  const { name, kind, digest, sizeBytes } = product;
  const files = product.files.map(
    ({ path, digest, sizeBytes, executable }): FileEntry => ({
      path,
      digest,
      sizeBytes,
      executable,
    }),
  );
  return { name, kind, digest, sizeBytes, files };
}

/** What forbids storing these products, as the rest of a sentence that begins with a name; nothing when all is well. */
export function problemOfProducts(
  products: readonly ProductEntry[],
): string | undefined {
  const names = new Set<string>();
  for (const product of products) {
    if (names.has(product.name))
      return `product \`${product.name}\` occurs twice`;
    names.add(product.name);
    const problem =
      product.kind === 'file'
        ? problemOfFile(product)
        : problemOfFolder(product);
    if (problem !== undefined) return `product \`${product.name}\` ${problem}`;
  }
  return undefined;
}

/** Why the targets don't fit the manifest; nothing when they do. */
export function problemOfTargets(
  manifest: Manifest,
  targets: readonly ProductLocation[],
): string | undefined {
  const expected = manifest.products.map((product) => product.name).sort();
  const given = targets.map((target) => target.name).sort();
  if (JSON.stringify(expected) !== JSON.stringify(given)) {
    return `it holds the products ${quoted(expected)}, not ${quoted(given)}`;
  }
  const relative = targets.find((target) => !isAbsolute(target.path));
  if (relative !== undefined) return `\`${relative.path}\` is not absolute`;
  return new Set(targets.map((target) => target.path)).size < targets.length
    ? 'two products have the same path'
    : undefined;
}

function problemOfFile(product: ProductEntry): string | undefined {
  const [file] = product.files;
  return product.files.length === 1 &&
    file?.path === '' &&
    file.digest === product.digest &&
    file.sizeBytes === product.sizeBytes
    ? undefined
    : 'is not described by exactly one file';
}

function problemOfFolder(product: ProductEntry): string | undefined {
  const { files } = product;
  const size = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (size !== product.sizeBytes || digestOfFiles(files) !== product.digest) {
    return 'is not the sum of its files';
  }
  const bad = files.find((file) => !isInnerPath(file.path));
  if (bad !== undefined) {
    return `has a file with a name that can't be stored: ${JSON.stringify(bad.path)}`;
  }
  for (const [index, file] of files.entries()) {
    const previous = files[index - 1];
    if (previous !== undefined && previous.path >= file.path) {
      return 'has files that are not sorted';
    }
  }
  return collisionOf(files);
}

/** Relative, normal, below the folder on every platform. */
function isInnerPath(path: string): boolean {
  if (path.length > MAX_PATH_LENGTH || FORBIDDEN_IN_PATH.test(path)) {
    return false;
  }
  const parts = path.split('/');
  return (
    parts.length <= MAX_PATH_PARTS &&
    parts.every((part) => !['', '.', '..'].includes(part))
  );
}

/** Two files that are one on a file system without case or with its own idea of unicode, or a file that is a folder. */
function collisionOf(files: readonly FileEntry[]): string | undefined {
  // Each name once, below the number of its folder: all beginnings of all paths would be far more text than the list.
  const seen = new Map<string, Name>();
  for (const { path } of files) {
    let folder = 0;
    for (let end = -1; end !== path.length;) {
      const start = end + 1;
      const slash = path.indexOf('/', start);
      end = slash === -1 ? path.length : slash;
      const part = path.slice(start, end).normalize('NFC').toLowerCase();
      const name = `${folder}/${part}`;
      const other = seen.get(name);
      if (other === undefined) {
        if (seen.size === MAX_NAMES) return 'has too many files and folders';
        seen.set(name, { number: seen.size + 1, path, end });
      } else if (!isSameFolder(other, { path, end })) {
        const names = [other.path.slice(0, other.end), path.slice(0, end)];
        return `has two names that are one where case or unicode form don't count: ${quoted(names)}`;
      }
      folder = other?.number ?? seen.size;
    }
  }
  return undefined;
}

/** A file or folder, by a path that goes through it and ends there or later. */
interface Name {
  readonly number: number;
  readonly path: string;
  readonly end: number;
}

function isSameFolder(one: Omit<Name, 'number'>, two: typeof one): boolean {
  return (
    one.end < one.path.length &&
    two.end < two.path.length &&
    one.path.slice(0, one.end) === two.path.slice(0, two.end)
  );
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return (
    depth > 0 &&
    Object.values(value).every((inner: unknown) => isShallow(inner, depth - 1))
  );
}

function isProductList(value: unknown): value is readonly ProductEntry[] {
  return (
    Array.isArray(value) &&
    value.every(
      (product: unknown) =>
        isRecord(product) &&
        typeof product['name'] === 'string' &&
        (product['kind'] === 'file' || product['kind'] === 'folder') &&
        isSha256(product['digest']) &&
        isSize(product['sizeBytes']) &&
        Array.isArray(product['files']) &&
        product['files'].every(isFileEntry),
    )
  );
}

function isFileEntry(value: unknown): value is FileEntry {
  return (
    isRecord(value) &&
    typeof value['path'] === 'string' &&
    isSha256(value['digest']) &&
    isSize(value['sizeBytes']) &&
    typeof value['executable'] === 'boolean'
  );
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether a value is a JSON object. */
export function isRecord(
  value: unknown,
): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Bytes of all products together. */
export function sizeOfProducts(products: readonly ProductEntry[]): number {
  return products.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ') || 'none';
}
