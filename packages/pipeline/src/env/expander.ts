/**
 * Replaces the placeholders in one text: parses it, checks its names, renders it, and says which late values the result
 * depends on. Where names come from is the caller's.
 */
import type { Location } from '@nx-notebook/notebook';
import type { Problems } from '../problems.js';
import { renderTemplate } from './evaluate.js';
import { freeNames } from './free-names.js';
import {
  looksLikeTemplate,
  parseTemplate,
  type TemplateNode,
} from './template-syntax.js';
import type { TemplateValue } from './template-value.js';

/** The value of a name, and the late values that it was made of. */
export interface NamedValue {
  readonly value: TemplateValue;
  readonly late: readonly string[];
}

/** Where names come from, and where problems go. */
export interface Names {
  /** The value; undefined if there is none, which `explain` then reports. */
  readonly lookUp: (name: string) => NamedValue | undefined;
  readonly explain: (
    name: string,
    location: Location,
  ) => Parameters<Problems['error']>[0];
  readonly problems: Problems;
  /** True: what is undefined below a name becomes nothing, with a warning. */
  readonly isLenient: boolean;
}

/** What became of a text. */
export type Expanded =
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly late: readonly string[];
      readonly names: ReadonlySet<string>;
    }
  | { readonly kind: 'failed' };

/** The text without placeholders; reports what is wrong with them. */
export function expandText(
  text: string,
  names: Names,
  locate: () => Location,
): Expanded {
  if (!looksLikeTemplate(text)) return { kind: 'unchanged' };
  const template = parseTemplate(text);
  const { problems } = names;
  if (!template.ok) {
    problems.error({
      code: 'invalid-placeholder',
      message: `Error replacing placeholders: this is no valid template: ${template.message}.`,
      hint: 'A placeholder is written as {{name}}, an expression as {{ name | upper }}.',
      location: locate(),
    });
    return { kind: 'failed' };
  }
  const free = freeNames(template.body);
  if (free.size === 0) return { kind: 'unchanged' };
  const missing = [...free].filter((name) => names.lookUp(name) === undefined);
  for (const name of missing) problems.error(names.explain(name, locate()));
  return missing.length > 0
    ? { kind: 'failed' }
    : render(template.body, free, { names, locate });
}

function render(
  body: readonly TemplateNode[],
  free: ReadonlySet<string>,
  { names, locate }: { readonly names: Names; readonly locate: () => Location },
): Expanded {
  const { problems } = names;
  const late = new Set<string>();
  const rendered = renderTemplate(body, {
    lookUp: (name) => {
      const found = names.lookUp(name);
      found?.late.forEach((id) => late.add(id));
      return (
        found?.value ?? { kind: 'undefined', message: `"${name}" is undefined` }
      );
    },
    ...(names.isLenient
      ? {
          onUndefined: (message: string) => {
            problems.warning({
              code: 'undefined-placeholder',
              message: `A placeholder becomes nothing: ${message}.`,
              hint: 'Set it, or give a default: {{ env.NAME | default("value") }}.',
              location: locate(),
            });
            return '';
          },
        }
      : {}),
  });
  if (rendered.ok)
    return { kind: 'text', text: rendered.text, late: [...late], names: free };
  problems.error({
    code: 'invalid-placeholder',
    message: `Error replacing placeholders: ${rendered.message}.`,
    hint: rendered.message.startsWith('the environment variable')
      ? 'Set it, or give a default: {{ env.NAME | default("value") }}.'
      : 'Correct the placeholder, or the value in the env that it uses.',
    location: locate(),
  });
  return { kind: 'failed' };
}
