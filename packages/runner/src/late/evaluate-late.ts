/**
 * Values that only a run knows: the time, the state of the git repository, and what functions of the user return. For
 * runs; the graph never asks. Failures point into pipeline.yaml.
 */
import { readFile } from 'node:fs/promises';
import type { TaskFailure } from '@nx-notebook/engine';
import {
  failure,
  locationAt,
  success,
  type Diagnostic,
  type Location,
  type Result,
} from '@nx-notebook/notebook';
import type { LateValue, Pipeline } from '@nx-notebook/pipeline';
import type { PythonLookup, PyValue } from '@nx-notebook/python';
import { callFunctions } from './call-functions.js';
import { readGit, type GitState } from './git-state.js';

/** What is needed to evaluate. */
export interface LateOptions {
  readonly python: (pipelineFolder: string) => Promise<PythonLookup>;
  /** The same for all processes of a run. */
  readonly now: Date;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Hears what the functions print. */
  readonly print?: (text: string) => void;
}

/** The values of all late values of a pipeline by id, or the first that has none. */
export async function evaluateLate(
  pipeline: Pipeline,
  options: LateOptions,
): Promise<Result<ReadonlyMap<string, PyValue>, TaskFailure>> {
  const values = new Map<string, PyValue>();
  const { late } = pipeline;
  const git = late.some(isOfGit)
    ? await readGit(pipeline.folder, options)
    : undefined;
  for (const each of late) {
    if (each.kind !== 'placeholder') continue;
    const text = placeholderText(each.name, options.now, git);
    if (text === undefined)
      return failure(await notInRepository(pipeline, each.name));
    values.set(each.id, { kind: 'str', value: text });
  }
  const called = late.filter((each) => each.kind === 'call');
  if (called.length === 0) return success(values);
  const answers = await callFunctions(
    pipeline,
    called.map(({ call }) => call),
    options,
  );
  if (!answers.ok) return answers;
  for (const [index, { id }] of called.entries()) {
    const value = answers.value[index];
    if (value !== undefined) values.set(id, value);
  }
  return success(values);
}

function isOfGit(late: LateValue): boolean {
  return late.kind === 'placeholder' && late.name !== 'now';
}

function placeholderText(
  name: 'now' | 'git' | 'git_hash',
  now: Date,
  git: GitState | undefined,
): string | undefined {
  switch (name) {
    case 'now':
      return isoText(now);
    case 'git':
      return git?.location;
    case 'git_hash':
      return git?.hash;
  }
}

/** As Python's `datetime.now().isoformat()`: local time without a zone, and no fraction for a whole second. */
function isoText(now: Date): string {
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  const [seconds = '', fraction = ''] = local.toISOString().split(/\.|Z/);
  return fraction === '000' ? seconds : `${seconds}.${fraction}000`;
}

async function notInRepository(
  pipeline: Pipeline,
  name: string,
): Promise<TaskFailure> {
  const { file, folder } = pipeline;
  const location = await findPlaceholder(pipeline, name);
  const problem: Diagnostic = {
    severity: 'error',
    code: 'undefined-placeholder',
    message: `Undeclared value for placeholder "${name}": ${folder} is in no git repository with a commit.`,
    hint: `Commit the project to git, or give "${name}" a value in env.yaml.`,
    ...(location === undefined ? {} : { location }),
  };
  return {
    reason: 'invalid-pipeline',
    message: `${file} uses {{${name}}}, which has no value.`,
    diagnostics: [problem],
  };
}

/** The first use in the files that were loaded, pipeline.yaml before all others. */
async function findPlaceholder(
  { file, reads }: Pipeline,
  name: string,
): Promise<Location | undefined> {
  const use = new RegExp(`\\{\\{[^}]*?\\b(${name})\\b[^}]*\\}\\}`);
  const files = [file, ...reads.filter((each) => /\.ya?ml$/.test(each))];
  for (const each of files) {
    const text = await readFile(each, 'utf8').catch(() => '');
    const found = use.exec(text);
    if (found !== null)
      return locationAt(each, text, found.index, found[0].length);
  }
  return undefined;
}
