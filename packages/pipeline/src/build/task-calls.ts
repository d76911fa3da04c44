/**
 * Functions of the user around a task: hooks, serializers, clients; each dotted path is looked for once.
 */
import { resolveCall } from '../calls/resolve-call.js';
import type { Hooks, PythonCall, Task } from '../pipeline.js';
import type {
  HookSpecs,
  Located,
  PipelineSpec,
  TaskClass,
  TaskSpec,
} from '../spec/pipeline-spec.js';
import type { TextFile } from '../text-file.js';
import type { YamlNode } from '../yaml/yaml-node.js';
import type { BuildContext } from './build-context.js';

/** Arguments that Ploomber gives to hooks by their names. */
const taskArguments = ['task', 'client', 'product', 'params'];

/** Finds the functions that one pipeline names. */
export class TaskCalls {
  readonly #spec: PipelineSpec;
  readonly #context: BuildContext;
  readonly #found = new Map<YamlNode, Promise<PythonCall | undefined>>();

  constructor(spec: PipelineSpec, context: BuildContext) {
    this.#spec = spec;
    this.#context = context;
  }

  /** Hooks of a task. */
  async hooksOf({ hooks, file }: TaskSpec): Promise<Hooks> {
    return this.#hooks(hooks, file, {
      onRender: taskArguments,
      onFinish: taskArguments,
      onFailure: taskArguments,
    });
  }

  /** Hooks of the pipeline; `on_finish` is executed as a task. */
  async pipelineHooks(): Promise<Hooks> {
    return this.#hooks(this.#spec.hooks, this.#context.file, {
      onRender: ['dag'],
      onFinish: ['dag', 'report'],
      onFailure: ['dag', 'traceback'],
    });
  }

  /** What saves and loads what functions return: the task's, else the pipeline's. */
  async serializersOf(
    task: TaskSpec,
  ): Promise<Pick<Task, 'serializer' | 'unserializer'>> {
    if (task.className !== 'PythonCallable') return {};
    const find = async (
      key: 'serializer' | 'unserializer',
    ): Promise<PythonCall | undefined> => {
      const own = task[key];
      const node = own ?? this.#spec[key];
      if (node === undefined || node === 'none') return undefined;
      const file = own === undefined ? this.#context.file : task.file;
      return this.#find(node, file, { what: key });
    };
    const serializer = await find('serializer');
    const unserializer = await find('unserializer');
    return {
      ...(serializer === undefined ? {} : { serializer }),
      ...(unserializer === undefined ? {} : { unserializer }),
    };
  }

  /** The client of a shell or SQL task: its own, else that of its class. */
  async clientOf(task: TaskSpec): Promise<PythonCall | undefined> {
    if (!usesClient(task.className)) return undefined;
    const found = await this.#client(task.client, task.className, task.file);
    if (found === 'none' && task.className !== 'ShellScript')
      this.#reportNoClient(task);
    return found === 'none' ? undefined : found;
  }

  /** The client of a relation: its own, else that of its class, else that of the task. */
  async productClientOf(
    task: TaskSpec,
    productClass: string,
    taskClient: PythonCall | undefined,
  ): Promise<PythonCall | undefined> {
    const { productClient, file } = task;
    const found = await this.#client(productClient, productClass, file);
    return found === 'none' ? taskClient : found;
  }

  async #client(
    own: YamlNode | undefined,
    className: string,
    file: TextFile,
  ): Promise<PythonCall | 'none' | undefined> {
    const node = own ?? this.#spec.clients.get(className)?.value;
    if (node === undefined || isNone(node)) return 'none';
    return this.#find(node, own === undefined ? this.#context.file : file, {
      what: 'client',
    });
  }

  #reportNoClient({ name, className, location }: TaskSpec): void {
    this.#context.problems.error({
      code: 'no-client',
      message: `Task '${name.value}' has no client: tasks of class ${className} need one.`,
      hint: `Write "client: module.function" in the task, or below "clients" at the top: {${className}: module.function}.`,
      location,
    });
  }

  async #hooks(
    { onRender, onFinish, onFailure }: HookSpecs,
    file: TextFile,
    available: Readonly<Record<keyof Hooks, readonly string[]>>,
  ): Promise<Hooks> {
    const find = async (
      node: YamlNode | undefined,
      what: string,
      names: readonly string[],
    ): Promise<PythonCall | undefined> =>
      node === undefined || isNone(node)
        ? undefined
        : this.#find(node, file, { what, available: names });
    const render = await find(onRender, 'on_render', available.onRender);
    const finish = await find(onFinish, 'on_finish', available.onFinish);
    const failure = await find(onFailure, 'on_failure', available.onFailure);
    return {
      ...(render === undefined ? {} : { onRender: render }),
      ...(finish === undefined ? {} : { onFinish: finish }),
      ...(failure === undefined ? {} : { onFailure: failure }),
    };
  }

  #find(
    node: YamlNode,
    file: TextFile,
    query: { readonly what: string; readonly available?: readonly string[] },
  ): Promise<PythonCall | undefined> {
    const known = this.#found.get(node);
    if (known !== undefined) return known;
    const found = resolveCall(node, { ...this.#context, file, ...query });
    this.#found.set(node, found);
    return found;
  }
}

/** Class of a task's product: its own, else that of its class in `meta`, else Ploomber's default. */
export function productClassOf(
  { productClass, className, name }: TaskSpec,
  { meta }: Pick<BuildContext, 'meta'>,
): Located<string> {
  const chosen = productClass ?? meta.productDefaultClass.get(className);
  return (
    chosen ?? {
      value: className === 'SQLScript' ? 'SQLRelation' : 'File',
      location: name.location,
    }
  );
}

function usesClient(className: TaskClass): boolean {
  return (
    className === 'SQLScript' ||
    className === 'SQLDump' ||
    className === 'ShellScript'
  );
}

function isNone(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value.kind === 'none';
}
