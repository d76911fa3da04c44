/**
 * Names and products of a grid with `[[key]]` in them: Jinja's placeholders with other brackets. What they can say is
 * a name, and below it attributes and items; an unknown name is empty text, as in Jinja.
 */
import {
  parsePythonLiteral,
  pythonRepr,
  type PyValue,
} from '@nx-notebook/python';

/** The text, or why it can't be made. */
export type GridText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };

/** Fills in the placeholders. */
export function renderGridText(
  text: string,
  values: ReadonlyMap<string, PyValue>,
): GridText {
  let message: string | undefined;
  const rendered = text.replaceAll(
    /\[\[(.*?)\]\]/gs,
    (_whole, inner: string) => {
      const found = evaluate(inner.trim(), values);
      if ('message' in found) message ??= found.message;
      return 'message' in found || found.value === undefined
        ? ''
        : strOf(found.value);
    },
  );
  return message === undefined
    ? { ok: true, text: rendered }
    : { ok: false, message };
}

type Evaluated =
  { readonly value: PyValue | undefined } | { readonly message: string };

const start = /^[A-Za-z_]\w*/;
const part = /^\s*(?:\.\s*([A-Za-z_]\w*)|\.\s*(\d+)|\[([^\]]*)\])/;

function evaluate(
  text: string,
  values: ReadonlyMap<string, PyValue>,
): Evaluated {
  const [name] = start.exec(text) ?? [];
  if (name === undefined) return refusal(text);
  let value = values.get(name);
  let rest = text.slice(name.length);
  while (rest.trim() !== '') {
    const found = part.exec(rest);
    if (found === null) return refusal(text);
    const [whole, attribute, index, subscript] = found;
    const key =
      attribute === undefined
        ? parsePythonLiteral(index ?? subscript ?? '')
        : ({ ok: true, value: { kind: 'str', value: attribute } } as const);
    if (!key.ok) return refusal(text);
    if (value === undefined)
      return { message: `"${name}" is undefined or has no such item` };
    value = itemOf(value, key.value);
    rest = rest.slice(whole.length);
  }
  return { value };
}

function refusal(text: string): Evaluated {
  return { message: `"${text}" is no name of a value` };
}

function itemOf(value: PyValue, key: PyValue): PyValue | undefined {
  if (value.kind === 'dict') {
    const name = pythonRepr(key);
    return value.entries.find(([other]) => pythonRepr(other) === name)?.[1];
  }
  if ((value.kind === 'list' || value.kind === 'tuple') && key.kind === 'int')
    return value.items.at(Number(key.value));
  return undefined;
}

/** Python's `str`. */
function strOf(value: PyValue): string {
  return value.kind === 'str' ? value.value : pythonRepr(value);
}
