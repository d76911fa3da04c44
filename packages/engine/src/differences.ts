/** Differences of records and values in a reader's words: what explanations are put together from. Pure. */

/** Values longer than this are cut in reasons. */
const maxValueLength = 40;

/** An entry that differs; undefined where there is none. */
export interface Change {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** The entries that differ. */
export function* changes(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Generator<Change> {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const from = own(before, name);
    const to = own(after, name);
    if (from !== to) yield { name, from, to };
  }
}

/** `what before -> after`, or nothing when they are the same. */
export function explainValue(
  what: string,
  before: string | undefined,
  after: string | undefined,
): string[] {
  return before === after
    ? []
    : [`${what} ${before ?? 'none'} -> ${after ?? 'none'}`];
}

/** An entry of a record; a name may be `constructor`: only own properties count. */
export function own<T>(
  record: Readonly<Record<string, T>>,
  name: string,
): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** One line, cut where it is long. */
export function shortened(value: string | undefined): string {
  const line = (value ?? '').replaceAll('\n', '\\n');
  return line.length <= maxValueLength
    ? line
    : `${line.slice(0, maxValueLength - 1)}…`;
}
