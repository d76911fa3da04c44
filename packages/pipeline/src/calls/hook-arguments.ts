/**
 * Hooks name what they want to be given. A name that nothing is given for is found before anything runs.
 */
import type { Parameter } from '@nx-notebook/python';
import type { Problems } from '../problems.js';
import { didYouMean } from '../suggest.js';
import type { WrittenCall } from './dotted-path.js';
import type { LocalDefinition } from './find-definition.js';

/** What a hook can be given, and where problems go. */
export interface HookContext {
  readonly what: string;
  readonly available: readonly string[];
  readonly problems: Problems;
}

/** Reports arguments that a hook wants and nobody gives, and those of the yaml that it does not take. */
export function checkHookArguments(
  { path: { name }, kwargs, location }: WrittenCall,
  { definition: { parameters }, file, text, definition }: LocalDefinition,
  { what, available, problems }: HookContext,
): void {
  if (parameters === undefined) return;
  const given = [...kwargs.map((one) => one.name), ...available];
  const unknown = parameters.filter(
    (parameter) => isRequired(parameter) && !given.includes(parameter.name),
  );
  const place = text.locate(definition.position);
  const where = `${file.path}:${place.line}`;
  if (unknown.some((one) => one.name === 'dag')) {
    problems.error({
      code: 'unknown-hook-argument',
      message: `Callback function "${name}" (${where}) asks for 'dag', which ${what} of a task is not given: only hooks of the pipeline are.`,
      hint: `Remove the argument; available ones are: ${braced(available)}.`,
      location,
    });
    return;
  }
  const [first] = unknown;
  if (first !== undefined) {
    const names = unknown.map((one) => one.name);
    problems.error({
      code: 'unknown-hook-argument',
      message: `Callback function "${name}" (${where}) unknown parameter(s): ${braced(names)}, available ones are: ${braced(given)}.`,
      hint: didYouMean(
        first.name,
        given,
        `Remove it, give it a default, or write {dotted_path: ${name}, ${first.name}: value}.`,
      ),
      location,
    });
  }
  const takesAny = parameters.some(({ kind }) => kind === '**');
  const extra = kwargs.filter(
    (one) => !parameters.some((parameter) => parameter.name === one.name),
  );
  if (takesAny || extra.length === 0) return;
  const names = extra.map((one) => one.name);
  problems.error({
    code: 'unknown-hook-argument',
    message: `Callback function "${name}" (${where}) got unexpected arguments: ${braced(names)}.`,
    hint: didYouMean(
      names[0] ?? '',
      parameters.map((one) => one.name),
      `Remove them, or add them to the function.`,
    ),
    location,
  });
}

/** What has to be given for a call to succeed. */
function isRequired({ kind, hasDefault }: Parameter): boolean {
  return !hasDefault && kind !== '*' && kind !== '**';
}

/** Names as Python shows a set of texts. */
function braced(names: readonly string[]): string {
  return names.length === 0
    ? 'none'
    : `{${[...new Set(names)].map((name) => `'${name}'`).join(', ')}}`;
}
