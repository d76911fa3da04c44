/**
 * nx-notebook as Nx loads it: inference, and the types of its options. This module is loaded before every Nx command;
 * executors and generators are found through executors.json and generators.json instead.
 */
import type {
  CreateNodes,
  PostTasksExecution,
  PreTasksExecution,
} from '@nx/devkit';
import { inferProjects } from './inference/create-nodes.js';
import { afterTasks, beforeTasks } from './nx-cache/hooks.js';
import type { NxNotebookOptions } from './settings/options.js';

export type { NxNotebookOptions, TaskLimits } from './settings/options.js';

/** The plugin's name in messages of Nx. */
export const name = 'nx-notebook';

/**
 * Only pipelines match: a changed file that matches selects all targets of its project in `nx affected`. nx.json, which is
 * always there and counts for everything anyway, stands for the notebooks that the option `notebooks` names.
 */
export const createNodes: CreateNodes<NxNotebookOptions> = [
  '{nx.json,**/pipeline.yaml,**/pipeline.*.yaml}',
  inferProjects,
];

/** Before the tasks of a run: offers Nx a remote cache in the shared store, where `nxCache` is on. */
export const preTasksExecution: PreTasksExecution<NxNotebookOptions> =
  beforeTasks;

/** After the tasks of a run: waits for what is being uploaded. */
export const postTasksExecution: PostTasksExecution<NxNotebookOptions> =
  afterTasks;
