/**
 * Lines as Python's `str.splitlines` knows them, which nbformat splits texts by.
 */

/** The lines of a text with their line breaks; the empty text has none. */
export function splitPythonLines(text: string): string[] {
  // eslint-disable-next-line no-control-regex -- these are Python's line breaks
  return (
    text.match(
      /[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])|[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+$/g,
    ) ?? []
  );
}
