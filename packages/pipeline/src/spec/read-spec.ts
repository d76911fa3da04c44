/**
 * Reads a whole pipeline.yaml into a {@link PipelineSpec}: its top level, `meta`, and the tasks.
 */
import { nearest } from '../suggest.js';
import { keyName } from '../yaml/merge-entries.js';
import {
  describe,
  textIn,
  type YamlEntry,
  type YamlMapping,
  type YamlNode,
} from '../yaml/yaml-node.js';
import { checkKeys, isEmpty, type SpecContext } from './check-keys.js';
import { metaKeys, pipelineKeys } from './keys.js';
import type { MetaSpec, PipelineSpec, TaskSpec } from './pipeline-spec.js';
import { refusePlaceholders } from './placeholders.js';
import { declaredName, readTask } from './read-task.js';

const taskExample =
  'Write "tasks:" and below it a list, each task with "source:" and "product:".';

/** What the file says, or undefined after reporting why it can't be known what its tasks are. */
export function readSpec(
  root: YamlNode,
  context: SpecContext,
): PipelineSpec | undefined {
  if (root.kind === 'sequence') {
    return readTasks(root.items, defaultMeta, root, context);
  }
  if (root.kind !== 'mapping') {
    context.problems.error({
      code: 'missing-tasks',
      message: `Missing "tasks" key: a pipeline is a mapping, but the file is ${describe(root)}.`,
      hint: taskExample,
      location: context.file.locate(root.range),
    });
    return undefined;
  }
  const entries = checkKeys(root, pipelineKeys, 'a pipeline', context);
  checkExecutor(entries.get('executor'), context);
  const meta = readMeta(entries.get('meta'), context);
  const tasks = entries.get('tasks')?.value;
  if (tasks?.kind !== 'sequence') {
    reportTasks(root, context);
    return undefined;
  }
  return readTasks(tasks.items, meta, root, context);
}

function readTasks(
  items: readonly YamlNode[],
  meta: MetaSpec,
  root: YamlNode,
  context: SpecContext,
): PipelineSpec | undefined {
  const hasPlaceholders = refusePlaceholders(root, context);
  const tasks = items
    .map((item) => readTask(item, meta, context))
    .filter((task) => task !== undefined);
  checkNames(tasks, context);
  const names = items.map(declaredName).filter((name) => name !== undefined);
  return hasPlaceholders
    ? undefined
    : {
        meta,
        hooks: {},
        clients: new Map(),
        tasks,
        names: [...new Set(names)],
      };
}

function reportTasks(root: YamlMapping, context: SpecContext): void {
  const { file, problems } = context;
  const names = root.entries.map(({ key }) => keyName(key));
  const entry = root.entries[names.indexOf('tasks')];
  if (entry !== undefined && !isEmpty(entry.value)) {
    problems.error({
      code: 'tasks-no-list',
      message: `Expected 'tasks' in the dag spec to contain a list, but it is ${describe(entry.value)}.`,
      hint: 'Put a dash in front of each task.',
      location: file.locate(entry.value.range),
    });
  } else if (entry !== undefined) {
    problems.error({
      code: 'tasks-empty',
      message: '"tasks" section is empty.',
      hint: 'Add a task, or write "tasks: []" for a pipeline without tasks.',
      location: file.locate(entry.keyRange),
    });
  } else if (!names.some((name) => name === 'location' || isTypo(name))) {
    problems.error({
      code: 'missing-tasks',
      message: 'Missing "tasks" key.',
      hint: taskExample,
      location: file.locate(root.range),
    });
  }
}

/** An unknown key that was reported with "did you mean tasks". */
function isTypo(name: string): boolean {
  return nearest(name, Object.keys(pipelineKeys)) === 'tasks';
}

const defaultMeta: MetaSpec = {
  extractUpstream: true,
  extractProduct: false,
  productRelativeToSource: false,
  productDefaultClass: new Map(),
};

function readMeta(
  entry: YamlEntry | undefined,
  context: SpecContext,
): MetaSpec {
  if (entry?.value.kind !== 'mapping') return defaultMeta;
  const entries = checkKeys(entry.value, metaKeys, '"meta"', context);
  const flag = (name: string, otherwise: boolean): boolean => {
    const node = entries.get(name)?.value;
    return node?.kind === 'scalar' && node.value.kind === 'bool'
      ? node.value.value
      : otherwise;
  };
  return {
    extractUpstream: flag('extract_upstream', defaultMeta.extractUpstream),
    extractProduct: flag('extract_product', defaultMeta.extractProduct),
    productRelativeToSource: flag(
      'product_relative_to_source',
      defaultMeta.productRelativeToSource,
    ),
    productDefaultClass: new Map(),
  };
}

function checkExecutor(
  entry: YamlEntry | undefined,
  { file, problems }: SpecContext,
): void {
  if (entry === undefined) return;
  const name = textIn(entry.value);
  if (name === 'serial' || name === 'parallel') return;
  const isKnown = name === undefined || name.includes('.');
  problems.error({
    code: isKnown ? 'not-supported-yet' : 'unknown-executor',
    message: isKnown
      ? 'An "executor" other than "serial" or "parallel" is not supported yet.'
      : `"executor" must be "serial", "parallel", or a dotted path, but it is "${name}".`,
    hint: 'Remove it: the plugin decides how many kernels run.',
    location: file.locate(entry.value.range),
  });
}

function checkNames(
  tasks: readonly TaskSpec[],
  { problems }: SpecContext,
): void {
  const first = new Map<string, TaskSpec>();
  for (const task of tasks) {
    const { value, location } = task.name;
    const other = first.get(value);
    if (other !== undefined) {
      problems.error({
        code: 'duplicate-name',
        message: `DAG already has a task with name '${value}' (line ${other.location.line}).`,
        hint: 'Give one of them another "name:".',
        location,
      });
    } else first.set(value, task);
    if (
      (value.trim() === '' && task.source.value !== '') ||
      /[\p{Cc}\u2028\u2029]/u.test(value)
    ) {
      problems.error({
        code: 'invalid-name',
        message:
          'The name of a task must be one line of text that is not blank.',
        hint: 'Give it another "name:".',
        location,
      });
    }
  }
}
