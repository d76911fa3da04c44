/** Sizes as people read them, decimal as disks are sold: `512 B`, `3.4 MB`, `2 GB`. Pure. */

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** A size in the unit that fits. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 9.95 ? 0 : 1;
  return `${Number(value.toFixed(digits))} ${units[unit] ?? ''}`;
}
