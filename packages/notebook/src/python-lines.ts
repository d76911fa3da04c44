/**
 * Lines as Python's `str.splitlines` knows them, which nbformat splits texts by.
 */

const pythonLine =
  /[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|$)/y;

/** The lines of a text with their line breaks; the empty text has none. */
export function splitPythonLines(text: string): string[] {
  const lines: string[] = [];
  pythonLine.lastIndex = 0;
  while (pythonLine.lastIndex < text.length) {
    const line = pythonLine.exec(text)?.[0] ?? '';
    lines.push(line);
  }
  return lines;
}
