/**
 * Looks at a Ploomber project: every pipeline in a folder, loaded as a run would load it, and what becomes of each task.
 * Executes nothing and changes nothing.
 */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Diagnostic } from '@nx-notebook/notebook';
import { loadPipeline, type Pipeline } from '@nx-notebook/pipeline';
import { toSlashes } from '../inference/glob.js';
import {
  findPipelines,
  type PipelineFile,
} from '../inference/pipeline-files.js';
import { openNotebookConverter } from '../notebook-converter.js';
import type { Environment, Settings } from '../settings/settings.js';
import { pipelineDifferences, taskDifferences } from './differences.js';

/** What becomes of one task. */
export interface TaskSurvey {
  readonly name: string;
  readonly kind: string;
  readonly differences: readonly string[];
}

/** One pipeline, under one configuration. */
export interface PipelineSurvey {
  /** Relative to the workspace. */
  readonly file: string;
  /** Name of the configuration; empty for the default. */
  readonly configuration: string;
  /** Absent when it can't be loaded. */
  readonly pipeline?: Pipeline;
  readonly tasks: readonly TaskSurvey[];
  readonly differences: readonly string[];
  /** What is not supported or wrong. */
  readonly errors: readonly Diagnostic[];
}

/** Where to look. */
export interface SurveyOptions {
  readonly workspaceRoot: string;
  /** Relative to the workspace. */
  readonly folder: string;
  readonly env: Environment;
  readonly settings: Settings;
}

/** Folders that hold no pipelines of the user's. */
const skipped = new Set(['node_modules', '__pycache__', 'site-packages']);

/** All pipelines below the folder, in the order of their paths. */
export async function surveyProject(
  options: SurveyOptions,
): Promise<readonly PipelineSurvey[]> {
  const { workspaceRoot, folder } = options;
  const files = specFiles(join(workspaceRoot, folder)).map((file) =>
    toSlashes(relative(workspaceRoot, file)),
  );
  const surveys: PipelineSurvey[] = [];
  for (const { pipelines } of findPipelines(files, [], workspaceRoot)) {
    for (const file of pipelines) {
      for (const configuration of ['', ...file.configurations]) {
        surveys.push(await surveyPipeline(file, configuration, options));
      }
    }
  }
  return surveys;
}

async function surveyPipeline(
  file: PipelineFile,
  configuration: string,
  { workspaceRoot, env, settings }: SurveyOptions,
): Promise<PipelineSurvey> {
  const loaded = await loadPipeline(join(workspaceRoot, file.path), {
    workspaceRoot,
    variables: env,
    convert: openNotebookConverter({ workspaceRoot, env, settings }),
    ...(configuration === '' ? {} : { environment: configuration }),
  });
  const about = { file: file.path, configuration };
  if (!loaded.ok) {
    const errors = loaded.diagnostics.filter(
      ({ severity }) => severity === 'error',
    );
    return { ...about, tasks: [], differences: [], errors };
  }
  const { pipeline } = loaded;
  return {
    ...about,
    pipeline,
    tasks: pipeline.tasks.map((task) => ({
      name: task.name,
      kind: task.source.kind,
      differences: taskDifferences(task, pipeline.warnings),
    })),
    differences: pipelineDifferences(pipeline),
    errors: pipeline.tasks.flatMap(({ codeProblems }) =>
      codeProblems.filter(({ severity }) => severity === 'error'),
    ),
  };
}

function specFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        const isSkipped = entry.name.startsWith('.') || skipped.has(entry.name);
        return isSkipped ? [] : specFiles(path);
      }
      return /^pipeline(?:\..+)?\.ya?ml$/.test(entry.name) ? [path] : [];
    });
}
