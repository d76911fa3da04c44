/**
 * Durations and sizes as people write them in nx.json and in environment variables: `600`, `"10m"`, `"20 GB"`.
 * Knows no option names.
 */
import { failure, success, type Result } from '@nx-notebook/notebook';

const msPerUnit: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
};

/** Decimal, as disks are sold and as `df -H` counts. */
const bytesPerUnit: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
};

/** Node's timers hold 31 bits; a longer limit would fire at once. */
const maxDurationMs = 2 ** 31 - 1;

/** Milliseconds of a duration; a bare number counts seconds. The error is what was expected. */
export function parseDuration(value: unknown): Result<number, string> {
  const ms = parseQuantity(value, msPerUnit, 's');
  if (ms === undefined || ms <= 0) {
    return failure('seconds as a number, or a text such as "90s", "10m", "2h"');
  }
  return ms > maxDurationMs
    ? failure('a duration below 24 days')
    : success(Math.round(ms));
}

/** Bytes of a size; a bare number counts bytes. The error is what was expected. */
export function parseSize(value: unknown): Result<number, string> {
  const bytes = parseQuantity(value, bytesPerUnit, 'b');
  return bytes === undefined ||
    bytes <= 0 ||
    !Number.isSafeInteger(Math.round(bytes))
    ? failure('bytes as a number, or a text such as "500 MB", "20 GB"')
    : success(Math.round(bytes));
}

function parseQuantity(
  value: unknown,
  units: Readonly<Record<string, number>>,
  bareUnit: string,
): number | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  if (match === null) return undefined;
  const [, digits = '', unit = ''] = match;
  const factor = units[unit === '' ? bareUnit : unit.toLowerCase()];
  return factor === undefined ? undefined : Number(digits) * factor;
}
