/**
 * Whose bytes stand at a name: after a write whose reply was lost, the object may be our own.
 */
import { createHash } from 'node:crypto';
import type { ByteSource } from '../bucket.js';
import type { Requests } from './requests.js';
import { readObject, statObject } from './single-read.js';

/** Compares what stands there with what was to be written. Reads it whole: rare, and mostly small. */
export async function hasOurBytes(
  requests: Requests,
  {
    name,
    source,
    signal,
  }: {
    readonly name: string;
    readonly source: ByteSource;
    readonly signal: AbortSignal | undefined;
  },
): Promise<'ours' | 'other' | 'missing' | 'unknown'> {
  const found = await statObject(requests, { name, signal });
  if (found.status !== 'found')
    return found.reason === 'missing' ? 'missing' : 'unknown';
  if (found.sizeBytes !== source.sizeBytes) return 'other';
  const opened = await readObject(requests, { name, signal });
  if (opened.status !== 'open') return 'unknown';
  const hash = createHash('sha256');
  try {
    for await (const chunk of opened.body) hash.update(chunk as Buffer);
  } catch {
    // A body that fails says nothing about whose it is.
    return 'unknown';
  }
  return hash.digest('hex') === source.sha256 ? 'ours' : 'other';
}

/** The etag of an object that was put together from parts: the MD5 of their MD5s, where etags are that. */
export function compositeEtag(etags: readonly string[]): string {
  const hash = createHash('md5');
  for (const etag of etags) hash.update(etag.replaceAll('"', ''), 'hex');
  return `"${hash.digest('hex')}-${etags.length}"`;
}
