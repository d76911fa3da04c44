/**
 * nx-notebook as Nx loads it: inference, and the types of its options. This module is loaded before every Nx command;
 * executors and generators are found through executors.json and generators.json instead.
 */
import type { CreateNodes } from '@nx/devkit';
import { inferProjects } from './inference/create-nodes.js';
import type { NxNotebookOptions } from './settings/options.js';

export type { NxNotebookOptions, TaskLimits } from './settings/options.js';

/** The plugin's name in messages of Nx. */
export const name = 'nx-notebook';

/** Only pipeline.yaml matches: a changed file that matches selects all targets of its project in `nx affected`. */
export const createNodes: CreateNodes<NxNotebookOptions> = [
  '**/pipeline.yaml',
  inferProjects,
];
