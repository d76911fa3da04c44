/**
 * `nx g nx-notebook:import <folder>`: looks at a Ploomber project that was copied into the workspace and says what runs as it
 * is, what differs on purpose and what is not supported; adds ignore rules for products and metadata; and takes over what
 * Ploomber had finished, if asked to. No file of the project is changed.
 */
import { relative, resolve } from 'node:path';
import {
  createProjectGraphAsync,
  logger,
  type GeneratorCallback,
  type Tree,
} from '@nx/devkit';
import { composeEngine } from '../composition.js';
import { dataFolder } from '../data-folder.js';
import { findWorkspace } from '../cli/workspace.js';
import { hasColor } from '../executors/process-host.js';
import { openFactsFile } from '../inference/facts-file.js';
import { toSlashes } from '../inference/glob.js';
import {
  metadataRule,
  productRules,
  trackedFiles,
} from '../migration/ignore-rules.js';
import { findLeftovers } from '../migration/leftovers.js';
import { renderSurvey, surveyToJson } from '../migration/render-survey.js';
import { surveyProject, type PipelineSurvey } from '../migration/survey.js';
import { takeOver } from '../migration/take-over.js';
import { pluginVersion } from '../plugin-version.js';
import type { Settings } from '../settings/settings.js';
import { addIgnored } from './ignored.js';
import { init } from './init.js';

/** Options of the generator. */
export interface ImportOptions {
  /** Relative to the workspace. */
  readonly folder: string;
  readonly json?: boolean;
  readonly takeOver?: boolean;
}

/** Reports, adds ignore rules, and returns what is to be done after the files are written. */
export async function importProject(
  tree: Tree,
  options: ImportOptions,
): Promise<GeneratorCallback> {
  const workspaceRoot = tree.root;
  const folder = toSlashes(
    relative(workspaceRoot, resolve(workspaceRoot, options.folder)),
  );
  const isInside = !folder.startsWith('..') && tree.exists(folder || '.');
  if (!isInside) {
    throw new Error(
      `${options.folder} is no folder of this workspace. Copy the project into it first, then run: nx g nx-notebook:import <folder>`,
    );
  }
  const { env } = process;
  const place = { workspaceRoot, folder };
  const { settings } = await findWorkspace(workspaceRoot, env);
  const surveys = await surveyProject({ ...place, env, settings });
  const leftovers = findLeftovers(workspaceRoot, folder);
  if (options.json === true) {
    process.stdout.write(
      `${JSON.stringify(surveyToJson(surveys, leftovers), undefined, 2)}\n`,
    );
  } else {
    logger.info(textOf(surveys, leftovers, workspaceRoot));
    await init(tree);
  }
  const added = addIgnored(tree, rulesFor(surveys, place));
  if (options.json !== true) logger.info(`- ${added}`);
  return async () => {
    if (options.takeOver === true) {
      await takeOverAll(surveys, workspaceRoot, settings);
    }
  };
}

function textOf(
  surveys: readonly PipelineSurvey[],
  leftovers: readonly string[],
  workspaceRoot: string,
): string {
  const color = hasColor(process.env);
  const parts = surveys.map((survey) =>
    renderSurvey(survey, { workspaceRoot, color }),
  );
  if (surveys.length === 0) parts.push('There is no pipeline.yaml here.\n');
  parts.push(...leftovers.map((text) => `note: ${text}\n`));
  parts.push(
    'What differs from Ploomber, and why: docs/migrating-from-ploomber.md of the package nx-notebook.\n',
  );
  return parts.join('\n');
}

function rulesFor(
  surveys: readonly PipelineSurvey[],
  {
    workspaceRoot,
    folder,
  }: { readonly workspaceRoot: string; readonly folder: string },
): readonly string[] {
  const pipelines = surveys.flatMap(({ pipeline }) => pipeline ?? []);
  const tracked = trackedFiles(workspaceRoot, folder === '' ? '.' : folder);
  return pipelines.length === 0
    ? []
    : [metadataRule, ...productRules(pipelines, { workspaceRoot, tracked })];
}

async function takeOverAll(
  surveys: readonly PipelineSurvey[],
  workspaceRoot: string,
  settings: Settings,
): Promise<void> {
  const { env } = process;
  const projects = Object.values((await createProjectGraphAsync()).nodes);
  const facts = openFactsFile(dataFolder(workspaceRoot, env), pluginVersion);
  const { parts, dispose } = composeEngine({
    workspaceRoot,
    settings,
    env,
    facts,
    reporter: { handle: () => undefined },
    limits: () => ({}),
    signal: new AbortController().signal,
  });
  try {
    // Records of Ploomber are those of the default configuration.
    for (const { pipeline, configuration } of surveys) {
      if (pipeline === undefined || configuration !== '') continue;
      const root = toSlashes(relative(workspaceRoot, pipeline.folder)) || '.';
      const project = projects.find(({ data }) => data.root === root)?.name;
      if (project === undefined) continue;
      for (const { ref, why } of await takeOver(project, pipeline, parts)) {
        const label = `${project}:${ref.task.name}`;
        logger.info(
          why === undefined
            ? `- ${label}: taken over`
            : `- ${label}: will run, ${why}`,
        );
      }
    }
  } finally {
    await dispose();
    facts.persist();
  }
}
