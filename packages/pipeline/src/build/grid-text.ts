/**
 * Names and products of a grid with `[[key]]` in them: Jinja's placeholders with other brackets, around the same
 * expressions. An unknown name is empty text, as in Jinja.
 */
import type { PyValue } from '@nx-notebook/python';
import { renderTemplate, type RenderAnswer } from '../env/evaluate.js';
import { parseTemplate } from '../env/template-syntax.js';

/** The text with its placeholders filled in, or what is wrong with one of them. */
export function renderGridText(
  text: string,
  values: ReadonlyMap<string, PyValue>,
): RenderAnswer {
  let rendered = '';
  for (let at = 0; at < text.length;) {
    const start = text.indexOf('[[', at);
    const end = start < 0 ? undefined : endOfPlaceholder(text, start + 2);
    if (end === undefined) return { ok: true, text: rendered + text.slice(at) };
    rendered += text.slice(at, start);
    const answer = evaluate(text.slice(start + 2, end), values);
    if (!answer.ok) return answer;
    rendered += answer.text;
    at = end + 2;
  }
  return { ok: true, text: rendered };
}

function evaluate(
  expression: string,
  values: ReadonlyMap<string, PyValue>,
): RenderAnswer {
  const template = parseTemplate(`{{ ${expression.trim()} }}`);
  if (!template.ok) return template;
  return renderTemplate(template.body, {
    lookUp: (name) =>
      values.get(name) ?? {
        kind: 'undefined',
        message: `"${name}" is undefined`,
      },
    onUndefined: () => '',
  });
}

const token = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^]/gy;

/** Offset of the `]]` that closes a placeholder; brackets of the expression itself are passed over. */
function endOfPlaceholder(text: string, from: number): number | undefined {
  token.lastIndex = from;
  let depth = 0;
  for (let found; (found = token.exec(text)) !== null;) {
    const [part] = found;
    if ('([{'.includes(part)) depth += 1;
    else if (depth > 0 && ')]}'.includes(part)) depth -= 1;
    else if (part === ']' && text[found.index + 1] === ']') return found.index;
  }
  return undefined;
}
