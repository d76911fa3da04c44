/**
 * Which class of Ploomber runs a task: from `class:`, else from the source, in Ploomber's order. No code is imported: a
 * name with a dot that can't be a file is taken for a function, and looked for later.
 */
import type { Problem } from '../problems.js';
import { listNames, nearest } from '../suggest.js';
import { textIn, type YamlNode } from '../yaml/yaml-node.js';
import type { TaskClass } from './pipeline-spec.js';
import { classKeys, refusedClasses } from './task-keys.js';

/** What a class follows from. */
export interface ClassQuery {
  /** The value of `class:`, if it is text. */
  readonly declared: string | undefined;
  readonly source: string;
  /** Only of interest for SQL. */
  readonly product: YamlNode | undefined;
  /** Whether the source is a file; asked only when its extension is unknown. */
  readonly isFile: () => boolean;
}

/** The class, or why there is none and which value says so. */
export type ClassAnswer =
  | TaskClass
  | {
      readonly at: 'class' | 'source' | 'product';
      readonly problem: Omit<Problem, 'location'>;
    };

/** Extensions of notebooks and scripts; `.md` is ours. */
const notebookExtensions = [
  '.ipynb',
  '.py',
  '.R',
  '.r',
  '.Rmd',
  '.md',
] as const;

/** Extensions of everything that is no function. */
export const sourceExtensions = [...notebookExtensions, '.sql', '.sh'] as const;

const validExtensions = `Valid extensions are: ${sourceExtensions.join(', ')}. A function is written as "module.function".`;

/** The class of a task. */
export function taskClassOf(query: ClassQuery): ClassAnswer {
  return query.declared === undefined
    ? classOfSource(query)
    : declaredClass(query.declared);
}

function declaredClass(name: string): ClassAnswer {
  if (isTaskClass(name)) return name;
  const wayOut = Object.hasOwn(refusedClasses, name)
    ? refusedClasses[name]
    : undefined;
  if (wayOut !== undefined) {
    return {
      at: 'class',
      problem: {
        code: 'not-supported',
        message: `Tasks of class "${name}" are not supported.`,
        hint: wayOut,
      },
    };
  }
  const names = Object.keys(classKeys);
  const suggestion = nearest(name.replaceAll(/[-_ ]/g, ''), [
    ...names,
    ...Object.keys(refusedClasses),
  ]);
  return {
    at: 'class',
    problem: {
      code: 'unknown-class',
      message: `"${name}" is not a valid Task class name.${suggestion === undefined ? '' : ` Did you mean '${suggestion}'?`}`,
      hint: `Valid names are: ${listNames(names)}.`,
    },
  };
}

function isTaskClass(name: string): name is TaskClass {
  return Object.hasOwn(classKeys, name);
}

/** As Python's `Path(source).suffix`. */
export function extensionOf(path: string): string {
  const name = /[^/]*$/.exec(path.replace(/\/+$/, ''))?.[0] ?? '';
  return /(?<=.)\.[^.]+$/s.exec(name)?.[0] ?? '';
}

function classOfSource({ source, product, isFile }: ClassQuery): ClassAnswer {
  const extension = extensionOf(source);
  if (notebookExtensions.some((known) => known === extension))
    return 'NotebookRunner';
  if (extension === '.sql') return classOfSql(source, product);
  if (extension === '.sh') return 'ShellScript';
  const typo = typoOf(extension);
  const isPath =
    /[/\\]/.test(source) ||
    typo !== undefined ||
    documentExtensions.includes(extension);
  if (isPath || isFile()) {
    return refuse({
      code: 'unknown-extension',
      message: `Failed to determine task class for source '${source}' (invalid extension '${extension}').`,
      hint:
        typo === undefined
          ? validExtensions
          : `Did you mean "${source.slice(0, source.length - extension.length)}${typo}"?`,
    });
  }
  if (source.includes('.')) return 'PythonCallable';
  return refuse({
    code: 'unknown-source',
    message: `Failed to determine task source '${source}': it is neither a file with a known extension nor a function.`,
    hint: validExtensions,
  });
}

function refuse(problem: Omit<Problem, 'location'>): ClassAnswer {
  return { at: 'source', problem };
}

const dumpExtensions = ['.csv', '.parquet'] as const;

/** A dump writes a file, a script a relation. */
function classOfSql(
  source: string,
  product: YamlNode | undefined,
): ClassAnswer {
  const path = product === undefined ? undefined : textIn(product);
  const extension = path === undefined ? '' : extensionOf(path);
  if (dumpExtensions.some((known) => known === extension)) return 'SQLDump';
  const typo = nearest(extension, dumpExtensions);
  if (path === undefined || typo === undefined) return 'SQLScript';
  return {
    at: 'product',
    problem: {
      code: 'unknown-product-extension',
      message: `Error parsing task with source '${source}': '${extension}' is not a valid product extension. Did you mean: '${typo}'?`,
      hint: 'Correct it, or write "class: SQLDump" or "class: SQLScript".',
    },
  };
}

/** The extension that was meant. Short ones differ from names of functions by their case only. */
function typoOf(extension: string): string | undefined {
  const sameButCase = sourceExtensions.find(
    (known) => known.toLowerCase() === extension.toLowerCase(),
  );
  return sameButCase ?? nearest(extension, ['.ipynb']);
}

/** What is no task, and never the name of a function. */
const documentExtensions: readonly string[] = [
  ...['.qmd', '.markdown', '.txt', '.rst', '.html', '.pdf', '.yaml', '.yml'],
  ...['.csv', '.parquet', '.xlsx'],
];
