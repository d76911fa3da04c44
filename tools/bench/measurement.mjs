/**
 * Measuring and judging: medians of interleaved rounds, a ratio against a target, a table. Starts nothing itself.
 */

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} ours What was measured of us, for example `2.31 s`.
 * @property {string} against What was measured of the other, with its name.
 * @property {number} ratio
 * @property {'at least' | 'at most'} bound
 * @property {number} [target] None: for information.
 *
 * @typedef {object} Contestant
 * @property {string} name
 * @property {() => Promise<void>} [prepare] Not measured.
 * @property {() => Promise<number>} measure Returns what is compared: milliseconds or bytes.
 */

/**
 * @param {readonly number[]} values
 * @returns {number}
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  const lower = sorted[Math.ceil(middle) - 1];
  if (upper === undefined || lower === undefined)
    throw new Error('nothing was measured');
  return (upper + lower) / 2;
}

/**
 * Measures all contestants in turn, round after round, so that a slow minute of the machine hits all of them.
 *
 * @param {readonly Contestant[]} contestants
 * @param {number} rounds
 * @returns {Promise<Readonly<Record<string, number>>>} Name -> median.
 */
export async function interleave(contestants, rounds) {
  /** @type {Map<string, number[]>} */
  const measured = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const { name, prepare, measure } of contestants) {
      await prepare?.();
      measured.get(name)?.push(await measure());
    }
  return Object.fromEntries(
    [...measured].map(([name, values]) => [name, median(values)]),
  );
}

/**
 * @param {() => Promise<void>} work
 * @returns {Promise<number>} Milliseconds.
 */
export async function timed(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/**
 * `0.412 s`, `12.3 s`.
 *
 * @param {number} ms
 * @returns {string}
 */
export function seconds(ms) {
  return `${(ms / 1000).toPrecision(3)} s`;
}

/**
 * @param {Row} row
 * @returns {boolean}
 */
export function isMet({ ratio, bound, target }) {
  if (target === undefined) return true;
  return bound === 'at least' ? ratio >= target : ratio <= target;
}

/** @param {Row} row */
function verdict(row) {
  if (row.target === undefined) return '';
  return isMet(row) ? 'met' : 'MISSED';
}

/**
 * @param {readonly Row[]} rows
 * @returns {string}
 */
export function table(rows) {
  const cells = [
    ['', 'ours', 'against', 'ratio', 'target', ''],
    ...rows.map((row) => [
      row.name,
      row.ours,
      row.against,
      row.ratio.toFixed(2),
      row.target === undefined ? '' : `${row.bound} ${row.target}`,
      verdict(row),
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((line) => line[column]?.length ?? 0)),
  );
  return cells
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
