/**
 * Did-you-mean: the known word that is nearest to what was written. Says nothing rather than something far-fetched.
 */
import { distance } from 'fastest-levenshtein';

/** Longer words are compared with nothing: they are no typos of a name, and comparing takes their square. */
const longestWord = 200;

/** The nearest of the known words, if it is near enough to be a typo. */
export function nearest(
  word: string,
  known: readonly string[],
): string | undefined {
  if (word.length > longestWord) return undefined;
  // Two swapped letters of a short word count as two changes.
  const limit = word.length < 3 ? 0 : Math.floor(word.length * 0.4);
  const lower = word.toLowerCase();
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    if (candidate === word || Math.abs(candidate.length - word.length) > limit)
      continue;
    const away = distance(lower, candidate.toLowerCase());
    if (away <= limit && (best === undefined || away < best.distance))
      best = { word: candidate, distance: away };
  }
  return best?.word;
}

/** `Did you mean "x"?`, or the other sentence when nothing is near. */
export function didYouMean(
  word: string,
  known: readonly string[],
  otherwise: string,
): string {
  const suggestion = nearest(word, known);
  return suggestion === undefined ? otherwise : `Did you mean "${suggestion}"?`;
}

/** Names in quotes, separated by commas, at most a dozen of them. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => `"${name}"`);
  const rest = names.length - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join(', ');
}
