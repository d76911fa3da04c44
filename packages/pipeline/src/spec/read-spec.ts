/**
 * Reads a whole pipeline.yaml, placeholders replaced, into a {@link PipelineSpec}: its top level, `meta`, its tasks and
 * those of the file that it imports.
 */
import { basename, dirname } from 'node:path';
import type { LateValue } from '../pipeline.js';
import type { Problems } from '../problems.js';
import type { TextFile } from '../text-file.js';
import { nearest } from '../suggest.js';
import type { WorkspaceFiles } from '../workspace-files.js';
import { keyName } from '../yaml/merge-entries.js';
import {
  describe,
  lateIn,
  type YamlMapping,
  type YamlNode,
} from '../yaml/yaml-node.js';
import { checkKeys, isEmpty, type SpecContext } from './check-keys.js';
import { readImportedTasks } from './import-tasks.js';
import { pipelineKeys } from './keys.js';
import {
  checkConfig,
  checkExecutor,
  defaultMeta,
  readClients,
  readMeta,
  type MetaAnswer,
} from './read-meta.js';
import type { MetaSpec, PipelineSpec, TaskSpec } from './pipeline-spec.js';
import { hooksOf, readTask, type TaskContext } from './read-task.js';
import { declaredName } from './task-name.js';

/** What reading needs beside the document. */
export interface ReadContext extends SpecContext {
  readonly folder: string;
  readonly root: string;
  readonly files: WorkspaceFiles;
  /** Replaces the placeholders in a document. */
  readonly expand: (node: YamlNode, file: TextFile) => YamlNode;
}

const taskExample =
  'Write "tasks:" and below it a list, each task with "source:" and "product:".';

/** What the file says, or undefined after reporting why it can't be known what its tasks are. */
export function readSpec(
  root: YamlNode,
  context: ReadContext,
): PipelineSpec | undefined {
  if (root.kind === 'sequence') {
    return {
      ...readTasks(root.items, { meta: defaultMeta }, context),
      ...nothingBeside,
    };
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
  const entries = checkKeys(
    root,
    { table: pipelineKeys, name: 'a pipeline' },
    context,
  );
  checkConfig(root, context);
  checkExecutor(entries.get('executor'), context);
  const answer = readMeta(entries.get('meta'), context);
  const clients = readClients(entries.get('clients'), context);
  const tasks = entries.get('tasks')?.value;
  if (tasks?.kind !== 'sequence') {
    reportTasks(root, context);
    return undefined;
  }
  const value = (name: string): YamlNode | undefined =>
    entries.get(name)?.value;
  const [serializer, unserializer] = [
    value('serializer'),
    value('unserializer'),
  ];
  return {
    ...readTasks(tasks.items, answer, context),
    hooks: hooksOf(value),
    clients,
    ...(serializer === undefined ? {} : { serializer }),
    ...(unserializer === undefined ? {} : { unserializer }),
    sharedLate: sharedLate(root),
  };
}

/** A pipeline that has nothing but tasks. */
export const nothingBeside = { hooks: {}, clients: new Map(), sharedLate: [] };

function sharedLate(root: YamlMapping): readonly string[] {
  const ids = root.entries
    .filter(({ key }) => keyName(key) !== 'tasks')
    .flatMap(({ value }) => lateIn(value));
  return [...new Set(ids)].sort();
}

function readTasks(
  items: readonly YamlNode[],
  { meta, imports }: MetaAnswer,
  context: ReadContext,
): TaskList {
  const { file } = context;
  const imported =
    imports === undefined ? undefined : readImportedTasks(imports, context);
  return readTaskList(
    [
      ...items.map((node) => ({ node, file })),
      ...(imported?.items ?? []).map((node) => ({
        node,
        file: imported?.file ?? file,
        importFolder: dirname(imported?.file.path ?? context.folder),
      })),
    ],
    meta,
    context,
  );
}

/** Tasks as written. */
export type TaskList = Pick<PipelineSpec, 'meta' | 'tasks' | 'names' | 'late'>;

/** A task before it is read, and the file that it stands in. */
export type ListedTask = Pick<TaskContext, 'file' | 'importFolder'> & {
  readonly node: YamlNode;
};

/** The tasks of a list. */
export function readTaskList(
  list: readonly ListedTask[],
  meta: MetaSpec,
  { problems, files, root }: Omit<TaskContext, 'file' | 'meta'>,
): TaskList {
  const tasks = list
    .map(({ node, ...place }) =>
      readTask(node, { problems, files, root, meta, ...place }),
    )
    .filter((task) => task !== undefined);
  checkNames(tasks, problems);
  const nodes = list.map(({ node }) => node);
  const names = nodes.map(declaredName).filter((name) => name !== undefined);
  return {
    meta,
    tasks,
    names: [...new Set(names)],
    late: lateValues(nodes.flatMap((node) => lateIn(node))),
  };
}

function lateValues(ids: readonly string[]): readonly LateValue[] {
  return (['now', 'git', 'git_hash'] as const)
    .filter((name) => ids.includes(name))
    .map((name) => ({ id: name, kind: 'placeholder', name }));
}

function reportTasks(root: YamlMapping, context: SpecContext): void {
  const { file, problems } = context;
  const names = root.entries.map(({ key }) => keyName(key));
  const entry = root.entries[names.indexOf('tasks')];
  if (names.includes('location')) {
    if (names.length === 1) return;
    problems.error({
      code: 'location-not-alone',
      message:
        'If using the "location" key there should not be other keys in the file.',
      hint: 'Remove "location": it is not supported.',
      location: file.locate(
        root.entries[names.indexOf('location')]?.keyRange ?? root.range,
      ),
    });
  } else if (entry !== undefined && !isEmpty(entry.value)) {
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
  } else if (!names.some(isTypo)) {
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

/** Names of grids are no names of tasks yet. */
function checkNames(tasks: readonly TaskSpec[], problems: Problems): void {
  const first = new Map<string, TaskSpec>();
  for (const task of tasks) {
    const { value, location } = task.name;
    const other = first.get(value);
    if (task.grid === undefined) {
      if (other === undefined) first.set(value, task);
      else {
        const place = other.location;
        const where =
          place.file === location.file ? '' : `${basename(place.file)}, `;
        problems.error({
          code: 'duplicate-name',
          message: `DAG already has a task with name '${value}' (${where}line ${place.line}).`,
          hint: 'Give one of them another "name:".',
          location,
        });
      }
    }
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
