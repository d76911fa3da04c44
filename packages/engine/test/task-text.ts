/**
 * Tasks of every kind as a test states them, in a few words, and the pipeline that they make. What a task does is in its
 * text: see {@link writeProducts}.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Diagnostic } from '@nx-notebook/notebook';
import type {
  Param,
  Pipeline,
  Product,
  ProductSpec,
  PythonCall,
  Task,
  TaskSource,
  Upstream,
} from '@nx-notebook/pipeline';
import type { PythonFacts } from '@nx-notebook/python';

/** One task as a test states it. */
export interface TaskText {
  readonly name: string;
  /** Default: a notebook. */
  readonly kind?: TaskSource['kind'];
  /** Lines of the only code cell, of the template, or of the function. */
  readonly source: string;
  readonly params?: Readonly<Record<string, number>>;
  /** Task -> product keys that are read. */
  readonly upstream?: Readonly<Record<string, readonly string[]>>;
  /** What is imported: local files below the pipeline's folder (`src/lib.py`), or installed modules. */
  readonly imports?: readonly string[];
  readonly resources?: readonly string[];
  /** Default: `data` and, for a notebook, `nb`; none for a hook. */
  readonly products?: readonly string[];
  /** The exporter of the product `nb`. */
  readonly exporter?: string;
  readonly exportOptions?: Readonly<Record<string, number>>;
  readonly chunkSize?: number;
  /** Files that a template includes. */
  readonly includes?: readonly string[];
  readonly relation?: { readonly name: string; readonly isStamped: boolean };
  readonly onRender?: CallText;
  readonly onFinish?: CallText;
  readonly onFailure?: CallText;
  readonly serializer?: CallText;
  readonly unserializer?: CallText;
  readonly client?: CallText;
  /** The local file of the task's function, with its text as it was read. */
  readonly file?: { readonly path: string; readonly text: string };
  readonly codeProblems?: readonly Diagnostic[];
  readonly isStrict?: boolean;
  /** Folder below the pipeline's that it is executed in. */
  readonly cwd?: string;
}

/** A function of the user. */
export interface CallText {
  /** Dotted path. Default: `functions.call`. */
  readonly path?: string;
  /** With everything of its module that it reaches. */
  readonly text: string;
  readonly imports?: readonly string[];
  readonly kwargs?: Readonly<Record<string, number>>;
}

export function pipelineOf(
  folder: string,
  tasks: readonly TaskText[],
  changes: Partial<Pipeline> = {},
): Pipeline {
  return {
    name: 'ml',
    folder,
    file: join(folder, 'pipeline.yaml'),
    root: folder,
    variant: '',
    tasks: tasks.map((task) => taskOf(folder, task)),
    hooks: {},
    variables: [],
    pathStyle: 'relative',
    late: [],
    warnings: [],
    reads: [],
    absent: [],
    ...changes,
  };
}

function taskOf(folder: string, text: TaskText): Task {
  const call = (given: CallText | undefined): PythonCall | undefined =>
    given && callOf(folder, given);
  const optional = {
    serializer: call(text.serializer),
    unserializer: call(text.unserializer),
    client: call(text.client),
  };
  return {
    name: text.name,
    source: sourceOf(folder, text),
    cwd: join(folder, text.cwd ?? ''),
    product: productOf(folder, text),
    params: paramsOf(text.params),
    upstream: Object.entries(text.upstream ?? {}).map(
      ([task, reads]): Upstream => ({ task, reads }),
    ),
    resources: (text.resources ?? []).map((path) => ({
      name: path,
      path,
      absolutePath: join(folder, path),
    })),
    hooks: defined({
      onRender: call(text.onRender),
      onFinish: call(text.onFinish),
      onFailure: call(text.onFailure),
    }),
    ...defined(optional),
    late: [],
    codeProblems: text.codeProblems ?? [],
    isStrict: text.isStrict ?? false,
    location: locationOf(folder, ''),
  };
}

function sourceOf(folder: string, text: TaskText): TaskSource {
  const { name, source, kind = 'notebook', imports } = text;
  const base = { kernelName: 'python3', ...pathOf(folder, `${name}.py`) };
  const language = 'python';
  switch (kind) {
    case 'notebook':
    case 'script': {
      const document = {
        ...base,
        language,
        format: 'percent',
        notebook: {
          cells: [{ type: 'code', source, metadata: {} }],
          metadata: {},
        },
        parametersCell: 0,
        facts: factsOf(imports),
      } as const;
      const exportOptions = paramsOf(text.exportOptions);
      return kind === 'script'
        ? { ...document, kind }
        : { ...document, kind, exportOptions };
    }
    case 'function':
    case 'hook': {
      const made = callOf(folder, { text: source, ...defined({ imports }) });
      const { file } = text;
      const call =
        file === undefined
          ? made
          : {
              ...made,
              file: {
                ...pathOf(folder, file.path),
                fileDigest: sha256(file.text),
              },
            };
      return { ...base, kind, language, call };
    }
    case 'shell':
    case 'sql-script':
    case 'sql-dump':
      return {
        ...base,
        kind,
        language: kind === 'shell' ? 'shell' : 'sql',
        text: source,
        searchFolders: [folder],
        includes: (text.includes ?? []).map((path) => pathOf(folder, path)),
        ...defined({ chunkSize: text.chunkSize }),
      };
  }
}

function productOf(folder: string, text: TaskText): ProductSpec {
  const { kind = 'notebook', relation } = text;
  if (relation !== undefined) {
    const client = callOf(folder, { path: 'clients.db', text: 'db' });
    return {
      kind: 'relation',
      relation: { ...relation, type: 'table', client },
    };
  }
  if (kind === 'hook') return { kind: 'none' };
  const usual = kind === 'notebook' ? ['data', 'nb'] : ['data'];
  return {
    kind: 'mapping',
    products: (text.products ?? usual).map((key): Product => {
      const isNotebook = key === 'nb';
      return {
        key,
        ...pathOf(folder, `out/${text.name}.${isNotebook ? 'ipynb' : key}`),
        isNotebook,
        ...(isNotebook ? defined({ exporter: text.exporter }) : {}),
      };
    }),
  };
}

function callOf(folder: string, given: CallText): PythonCall {
  const { path: dottedPath = 'functions.call', text } = given;
  const [module = '', name = ''] = dottedPath.split('.');
  return {
    dottedPath,
    module,
    name,
    digest: sha256(text),
    facts: factsOf(given.imports),
    kwargs: paramsOf(given.kwargs),
    // The scripted runner reads here what the function does.
    location: locationOf(folder, text),
  };
}

function factsOf(imports: readonly string[] = []): PythonFacts {
  return {
    imports: imports.map((module) => ({ module, level: 0, names: [] })),
    importsAnything: false,
    paths: [],
    upstreamUse: { kind: 'subscripts', paths: [] },
  };
}

function paramsOf(
  params: Readonly<Record<string, number>> = {},
): readonly Param[] {
  return Object.entries(params).map(([name, value]) => ({
    name,
    value: { kind: 'int', value: BigInt(value) },
  }));
}

function pathOf(
  folder: string,
  path: string,
): { readonly path: string; readonly absolutePath: string } {
  return { path, absolutePath: join(folder, path) };
}

function locationOf(folder: string, lineText: string): Task['location'] {
  const file = join(folder, 'pipeline.yaml');
  return { file, line: 1, column: 1, length: 1, lineText };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

type Defined<T> = { readonly [Name in keyof T]?: Exclude<T[Name], undefined> };

/** Without what is undefined. */
function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}
