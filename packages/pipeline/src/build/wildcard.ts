/**
 * Wildcards in names of upstreams, as Python's `fnmatch` reads them. Takes time proportional to name times pattern,
 * whatever the pattern: a regular expression would not.
 */

/** What one part of a pattern takes: one character that passes the test, or any number of any characters. */
type Part = '*' | ((char: string) => boolean);

/** Whether a name in `upstream` is a pattern; without a star it is a literal name, even with `?` or `[`. */
export function isWildcard(name: string): boolean {
  return name.includes('*');
}

/** Whether the whole name fits the pattern. */
export function fitsWildcard(name: string, pattern: string): boolean {
  const chars = Array.from(name);
  const parts = partsOf(pattern);
  let part = 0;
  let char = 0;
  let star = -1;
  let starChar = 0;
  while (char < chars.length) {
    const current = parts[part];
    if (current === '*') {
      star = part;
      starChar = char;
      part += 1;
    } else if (current?.(chars[char] ?? '') === true) {
      part += 1;
      char += 1;
    } else if (star >= 0) {
      // The last star takes one character more.
      part = star + 1;
      starChar += 1;
      char = starChar;
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === '*');
}

function partsOf(pattern: string): readonly Part[] {
  const parts: Part[] = [];
  const token = /\*+|\?|\[!?\]?[^\]]*\]|[^]/gu;
  for (const [text] of pattern.matchAll(token)) {
    if (text.startsWith('*')) parts.push('*');
    else if (text === '?') parts.push(() => true);
    else if (text.length > 1 && text.startsWith('['))
      parts.push(setTest(text.slice(1, -1)));
    else parts.push((char) => char === text);
  }
  return parts;
}

/** `[a-c]` or `[!a-c]`, without the brackets. */
function setTest(body: string): (char: string) => boolean {
  const isNegated = body.startsWith('!');
  const set = isNegated ? body.slice(1) : body;
  const ranges = Array.from(
    set.matchAll(/([^])-([^])|([^])/gu),
    ([, from, to, single]) => [from ?? single ?? '', to ?? single ?? ''],
  );
  return (char) =>
    ranges.some(([from = '', to = '']) => from <= char && char <= to) !==
    isNegated;
}
