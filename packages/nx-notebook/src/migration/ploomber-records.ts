/**
 * What Ploomber remembered of a product: a JSON file `.<name>.metadata` beside it. Reads files only; whether the task is
 * up to date is judged elsewhere.
 */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The content of a metadata file. */
export interface PloomberRecord {
  /** Seconds since 1970 at which the task ended. */
  readonly timestamp: number;
  /** The source as Ploomber compares it; absent when it kept none. */
  readonly source?: string;
  /** Params of the user, as JSON; `resources_` holds md5 sums. */
  readonly params?: unknown;
}

/** `out/.data.csv.metadata` for `out/data.csv`. */
export function metadataPath(product: string): string {
  return join(dirname(product), `.${basename(product)}.metadata`);
}

/** The record of a product (absolute path), or undefined where there is none that can be read. */
export function readPloomberRecord(
  product: string,
): PloomberRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(metadataPath(product), 'utf8'));
  } catch {
    // Missing or damaged is the same to Ploomber, too: the task is outdated.
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const {
    timestamp,
    stored_source_code: source,
    params,
  } = value as Readonly<Record<string, unknown>>;
  if (typeof timestamp !== 'number') return undefined;
  return {
    timestamp,
    ...(typeof source === 'string' ? { source } : {}),
    ...(params === null || params === undefined ? {} : { params }),
  };
}
