/**
 * Says what is wrong with the syntax of a YAML document: the first error of the library, in plainer words where its own
 * are not, and at the place that a user has to change.
 */
import type * as Yaml from 'yaml';
import type { TextFile, TextRange } from '../text-file.js';
import type { BuildContext } from './build-nodes.js';

/** Reports the first syntax error, since the others mostly follow from it; true if there was one. */
export function reportSyntaxError(
  document: Yaml.Document,
  { yaml, file, problems }: BuildContext,
): boolean {
  const error = document.errors[0];
  if (error === undefined) return false;
  const conflict = conflictMarker.exec(file.text);
  if (conflict !== null) {
    const { index: start } = conflict;
    problems.error({
      code: 'merge-conflict',
      message: 'The file holds the markers of an unresolved merge conflict.',
      hint: 'Keep what is right and remove the lines of the markers.',
      location: file.locate({ start, end: start + conflict[0].length }),
    });
    return true;
  }
  const [start, end] = error.pos;
  const opening = isOpenQuote(error)
    ? findScalar(document, start, yaml)
    : isOpenBracket(error)
      ? findBracket(document, start, yaml)
      : undefined;
  const location = file.locate(opening ?? skipBlanks({ start, end }, file));
  const hasPlaceholder = /\{\{|\}\}/.test(location.lineText);
  const { message, hint } = explain(error);
  problems.error({
    code: 'invalid-yaml',
    message: `Got invalid YAML: ${message}`,
    hint: hasPlaceholder
      ? 'It looks like you\'re using placeholders ({{...}}): put the whole value in quotes, for example "{{name}}/data.csv".'
      : hint,
    location,
  });
  return true;
}

function isOpenQuote(error: Yaml.YAMLError): boolean {
  return /closing .quote/.test(error.message);
}

const conflictMarker = /^<{7}(?= |\r?$)/m;

function isOpenBracket(error: Yaml.YAMLError): boolean {
  return /must .*end with a [\]}]/.test(error.message);
}

/** The library reports an open bracket where it gives up; a user looks for the bracket. */
function findBracket(
  document: Yaml.Document,
  before: number,
  yaml: typeof Yaml,
): TextRange | undefined {
  let found: TextRange | undefined;
  yaml.visit(document, {
    Collection: (_key, { flow, range }) => {
      if (flow !== true || !range || range[0] > before) return;
      found = { start: range[0], end: range[0] + 1 };
    },
  });
  return found;
}

/** The library reports an open quote at its end, which is often the end of the file. */
function findScalar(
  document: Yaml.Document,
  end: number,
  yaml: typeof Yaml,
): TextRange | undefined {
  let found: TextRange | undefined;
  yaml.visit(document, {
    Scalar: (_key, { range }) => {
      if (range?.[1] !== end) return undefined;
      found = { start: range[0], end };
      return yaml.visit.BREAK;
    },
  });
  return found;
}

function skipBlanks({ start, end }: TextRange, file: TextFile): TextRange {
  const blanks = /^ */.exec(file.text.slice(start, end))?.[0].length ?? 0;
  return start + blanks < end ? { start: start + blanks, end } : { start, end };
}

function explain(error: Yaml.YAMLError): {
  readonly message: string;
  readonly hint: string;
} {
  if (isOpenQuote(error)) {
    return {
      message: 'the quote that starts here is not closed.',
      hint: 'Add the closing quote.',
    };
  }
  if (isOpenBracket(error)) {
    return {
      message: 'the bracket that starts here is not closed.',
      hint: 'Add the closing bracket, or put the text in quotes.',
    };
  }
  const text = error.message.trim().replaceAll(/\s*\n\s*/g, ' ');
  return {
    message: /[.!?]$/.test(text) ? text : `${text}.`,
    hint: hints[error.code] ?? 'Correct the syntax here or in the line above.',
  };
}

const indentation = 'Indent with spaces, the keys of one mapping alike.';

const hints: Partial<Record<Yaml.ErrorCode, string>> = {
  BAD_INDENT: indentation,
  MISSING_CHAR: indentation,
  TAB_AS_INDENT: 'Replace the tab with spaces.',
  BLOCK_AS_IMPLICIT_KEY:
    'Put text that contains ": " in quotes, or correct the indentation.',
  BAD_SCALAR_START: 'Put the text in quotes.',
};
