/**
 * Which class of Ploomber runs a task: from `class:`, else from the source, in Ploomber's order. Only notebooks and
 * scripts (NotebookRunner) are built; every other class is refused by its name.
 */
import { nearest, listNames } from '../suggest.js';
import type { Problem } from '../problems.js';
import { textIn, type YamlEntry } from '../yaml/yaml-node.js';
import type { SpecContext } from './check-keys.js';

const classes = [
  'NotebookRunner',
  'ScriptRunner',
  'PythonCallable',
  'ShellScript',
  'SQLScript',
  'SQLDump',
  'SQLTransfer',
  'SQLUpload',
  'PostgresCopyFrom',
  'DownloadFromURL',
  'Link',
  'Input',
  'UploadToS3',
];

/** Extensions of notebooks and scripts; `.md` is ours. */
export const notebookExtensions = [
  '.ipynb',
  '.py',
  '.R',
  '.r',
  '.Rmd',
  '.md',
] as const;

const notebooksOnly = `Notebooks and scripts are: ${notebookExtensions.join(', ')}.`;

/** Whether a task is a notebook as far as its `class:` says; reports any other class. */
export function checkTaskClass(
  entry: YamlEntry | undefined,
  { file, problems }: SpecContext,
): boolean {
  const name = entry === undefined ? undefined : textIn(entry.value);
  if (entry === undefined || name === undefined || name === 'NotebookRunner')
    return true;
  const location = file.locate(entry.value.range);
  if (classes.includes(name)) {
    problems.error({
      code: 'not-supported-yet',
      message: `Tasks of class "${name}" are not supported yet.`,
      hint: notebooksOnly,
      location,
    });
    return false;
  }
  problems.error({
    code: 'unknown-class',
    message: `"${name}" is not a valid Task class name.${suffix(nearest(name, classes))}`,
    hint: `Valid names are: ${listNames(classes)}.`,
    location,
  });
  return false;
}

function suffix(suggestion: string | undefined): string {
  return suggestion === undefined ? '' : ` Did you mean '${suggestion}'?`;
}

/**
 * Why a source is no notebook and no script, or undefined if it is one. `isFile` tells a script with an unknown
 * extension from the dotted name of a function; it is asked only then.
 */
export function refuseSource(
  source: string,
  isFile: () => boolean,
): Omit<Problem, 'location'> | undefined {
  const extension = /\.[^./\\]*$/.exec(source)?.[0] ?? '';
  if (notebookExtensions.some((known) => known === extension)) return undefined;
  const kind = kindsNotYet[extension];
  if (kind !== undefined) return notYet(kind, source);
  const typo = typoOf(extension);
  const isPath = source.includes('/') || typo !== undefined || isFile();
  if (isPath) {
    return {
      code: 'unknown-extension',
      message: `Failed to determine task class for source '${source}' (invalid extension '${extension}').`,
      hint:
        typo === undefined
          ? notebooksOnly
          : `Did you mean "${source.slice(0, source.length - extension.length)}${typo}"?`,
    };
  }
  if (extension !== '') return notYet('a Python function', source);
  return {
    code: 'unknown-source',
    message: `Failed to determine task source '${source}': it is neither a file with a known extension nor a function.`,
    hint: notebooksOnly,
  };
}

const kindsNotYet: Readonly<Record<string, string>> = {
  '.sql': 'an SQL script',
  '.sh': 'a shell script',
};

function notYet(kind: string, source: string): Omit<Problem, 'location'> {
  return {
    code: 'not-supported-yet',
    message: `The source "${source}" is ${kind}, which is not supported yet.`,
    hint: notebooksOnly,
  };
}

/** The extension that was meant. Short ones differ from names of functions by their case only. */
function typoOf(extension: string): string | undefined {
  const sameButCase = notebookExtensions.find(
    (known) => known.toLowerCase() === extension.toLowerCase(),
  );
  return sameButCase ?? nearest(extension, ['.ipynb']);
}
