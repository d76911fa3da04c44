/**
 * Bounded parallelism. On a failure nothing new is begun and what runs is awaited before the rejection, so that
 * nobody writes into a folder that the caller is about to remove.
 */

/** Files at once; the thread pool of Node has four threads, more only lengthens its queue. */
export const PARALLEL_FILES = 4;

/** Maps in order of the input with at most `limit` calls at once. Rejects with the first failure. */
export async function mapParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const failures: unknown[] = [];
  const queue = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failures.length > 0) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(
    Array.from({ length: Math.min(limit, items.length) }, lane),
  );
  if (failures.length > 0) throw failures[0];
  return results;
}
