/** How the pipeline.yaml dialect casts text: every string value of the document goes through this. */
import type { PyValue } from '../value.js';
import { parsePythonLiteral } from './parse-literal.js';

/** Casts one string: true/false/none/null in any case, else a Python literal, else the string itself. */
export function castString(text: string): PyValue {
  switch (text.toLowerCase()) {
    case 'true':
      return { kind: 'bool', value: true };
    case 'false':
      return { kind: 'bool', value: false };
    case 'none':
    case 'null':
      return { kind: 'none' };
  }
  const literal = parsePythonLiteral(text);
  return literal.ok ? literal.value : { kind: 'str', value: text };
}
