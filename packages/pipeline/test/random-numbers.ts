/**
 * Random numbers that are the same in every run.
 */

/** A small deterministic generator of numbers in [0, 1), so that a failure can be repeated. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
