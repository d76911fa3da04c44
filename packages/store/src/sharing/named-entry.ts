/**
 * The manifest of a named entry as text: which bytes a name stands for. A name is bound to its space, so that a manifest
 * copied to another place is none. Pure.
 */
import type { Digest } from '../store.js';
import { isRecord, isSha256 } from '../products/manifest.js';

/** What a name stands for. */
export interface NamedEntry {
  readonly version: 1;
  /** Folder below the trust scopes. */
  readonly space: string;
  readonly name: string;
  /** Of the bytes. */
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Who stored it, for people; never part of a decision. */
  readonly provenance: Readonly<Record<string, unknown>>;
}

/** Longest text that is read at all. */
export const MAX_ENTRY_BYTES = 65_536;

/** One line of JSON without its end. */
export function renderEntry(entry: NamedEntry): string {
  return JSON.stringify(entry);
}

/** The two lines of a manifest's text; the second is empty without a signature. */
export function splitEntry(text: string): {
  readonly line: string;
  readonly signature: string | undefined;
} {
  const [line = '', signature = ''] = text.split('\n');
  return { line, signature: signature === '' ? undefined : signature };
}

/** The entry of a line; nothing when it breaks a rule or belongs to another name or space. */
export function parseEntry(
  line: string,
  expected: { readonly space: string; readonly name: string },
): NamedEntry | undefined {
  const found = parseObject(line);
  if (
    found?.['version'] !== 1 ||
    found['space'] !== expected.space ||
    found['name'] !== expected.name
  )
    return undefined;
  const { digest, sizeBytes, provenance } = found;
  return typeof digest === 'string' &&
    isSha256(digest) &&
    typeof sizeBytes === 'number' &&
    Number.isSafeInteger(sizeBytes) &&
    sizeBytes >= 0 &&
    isRecord(provenance)
    ? { version: 1, ...expected, digest, sizeBytes, provenance }
    : undefined;
}

function parseObject(
  text: string,
): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined; // Not JSON: not a manifest.
  }
}
