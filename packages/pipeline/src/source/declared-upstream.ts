/**
 * The names in the variable `upstream` of a parameters cell.
 */
import type { AssignedValue, PyValue } from '@nx-notebook/python';
import type { Problems } from '../problems.js';
import type { Located } from '../spec/pipeline-spec.js';
import type { SourceDocument } from './source-document.js';

const examples = {
  python: 'upstream = ["clean"]',
  r: 'upstream <- list("clean")',
};

/** Direct upstreams in order of appearance, each once; none after reporting what is wrong. */
export function readDeclaredUpstream(
  document: SourceDocument,
  problems: Problems,
): readonly Located<string>[] {
  const last = document.assignments.findLast(({ name }) => name === 'upstream');
  if (last === undefined) {
    problems.error({
      code: 'no-upstream',
      message:
        "Could not parse a valid 'upstream' variable: the parameters cell does not assign it at its top level.",
      hint: `If the task needs no other task, add ${document.language === 'r' ? 'upstream <- NULL' : 'upstream = None'} to the cell.`,
      location: document.locate({ cell: 0, line: 1, column: 1, length: 1 }),
    });
    return [];
  }
  const names = namesIn(last.value);
  const location = document.locate(last.valuePosition);
  if (typeof names === 'string') {
    problems.error({
      code: 'invalid-upstream',
      message: names,
      hint: `Write names of tasks as text: ${examples[document.language]}.`,
      location,
    });
    return [];
  }
  return [...new Set(names)].map((value) => ({ value, location }));
}

/** The names, or what is wrong with the value. */
function namesIn(value: AssignedValue): readonly string[] | string {
  switch (value.kind) {
    case 'not-literal':
      return `Could not parse a valid 'upstream' variable: the value must be a literal, it is not computed.`;
    case 'none':
      return [];
    case 'list':
    case 'tuple':
    case 'set':
      return textsIn(value.items);
    case 'dict':
      return textsIn(value.entries.map(([key]) => key));
    case 'bool':
    case 'int':
    case 'float':
    case 'str':
    case 'other':
      return `Found an upstream variable but it is not a valid type: it must be a list, tuple, set, dict or None.`;
  }
}

function textsIn(items: readonly PyValue[]): readonly string[] | string {
  const texts = items.map((item) => (item.kind === 'str' ? item.value : ''));
  return items.every(({ kind }) => kind === 'str')
    ? texts
    : 'Found an upstream variable but it is not a valid type: names of tasks are text.';
}
