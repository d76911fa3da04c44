/**
 * Lines as Python's `str.splitlines` knows them, which nbformat splits texts by.
 */

const rareLineBreak = /[\r\v\f\x1c-\x1e\x85\u2028\u2029]/;
const pythonLine =
  /[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|$)/y;

/** The lines of a text with their line breaks; the empty text has none. */
export function splitPythonLines(text: string): string[] {
  return rareLineBreak.test(text) ? splitAnyLines(text) : splitPlainLines(text);
}

function splitPlainLines(text: string): string[] {
  const lines: string[] = [];
  for (let start = 0; start < text.length;) {
    const lineBreak = text.indexOf('\n', start);
    const end = lineBreak < 0 ? text.length : lineBreak + 1;
    lines.push(text.slice(start, end));
    start = end;
  }
  return lines;
}

function splitAnyLines(text: string): string[] {
  const lines: string[] = [];
  pythonLine.lastIndex = 0;
  while (pythonLine.lastIndex < text.length) {
    const line = pythonLine.exec(text)?.[0] ?? '';
    lines.push(line);
  }
  return lines;
}
