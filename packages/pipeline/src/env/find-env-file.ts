/**
 * Which env.yaml belongs to a pipeline: by PLOOMBER_ENV_FILENAME, by the environment that is asked for, by the name of
 * the pipeline, else `env.yaml`; always in the pipeline's folder.
 */
import { basename, join } from 'node:path';
import type { TextFile } from '../text-file.js';
import { explainUnreadable } from '../build/unreadable.js';
import type { Problems } from '../problems.js';
import type { WorkspaceFiles } from '../workspace-files.js';

/** What the choice depends on. */
export interface EnvFileQuery {
  /** pipeline.yaml; where a problem stands that no other file has. */
  readonly pipelineFile: TextFile;
  readonly folder: string;
  /** `sample` asks for env.sample.yaml. */
  readonly environment: string | undefined;
  /** The value of PLOOMBER_ENV_FILENAME. */
  readonly fileName: string | undefined;
  readonly files: WorkspaceFiles;
  readonly problems: Problems;
}

/** `serve` of `pipeline.serve.yaml`; undefined for `pipeline.yaml`. */
export function pipelineName(path: string): string | undefined {
  const parts = basename(path).split('.');
  return parts.length < 3 ? undefined : parts[1];
}

/** The file; undefined if there is none, or after reporting why it can't be read. */
export function findEnvFile(query: EnvFileQuery): TextFile | undefined {
  const { folder, environment, fileName, files, problems } = query;
  if (environment !== undefined) {
    const name = `env.${environment}.yaml`;
    return readRequired(name, query, `there is no "${name}"`);
  }
  if (fileName !== undefined && fileName !== '') {
    if (/[/\\]/.test(fileName)) {
      problems.error({
        code: 'invalid-env-file-name',
        message: `PLOOMBER_ENV_FILENAME is "${fileName}", but it must be a filename without directory components.`,
        hint: 'Write for example PLOOMBER_ENV_FILENAME=env.local.yaml.',
        location: query.pipelineFile.firstLine,
      });
      return undefined;
    }
    return readRequired(
      fileName,
      query,
      `PLOOMBER_ENV_FILENAME has value "${fileName}", but there isn't a file with such name`,
    );
  }
  const named = pipelineName(query.pipelineFile.path);
  const names = [
    ...(named === undefined ? [] : [`env.${named}.yaml`]),
    'env.yaml',
  ];
  const found = names.find(
    (name) => files.check(join(folder, name)) !== 'missing',
  );
  if (found !== undefined) return readRequired(found, query, '');
  for (const name of names) {
    const wrong = name.replace(/yaml$/, 'yml');
    const outcome = files.read(join(folder, wrong));
    if (!outcome.ok) continue;
    problems.error({
      code: 'env-yml',
      message: `Found env file "${wrong}", which ends with .yml.`,
      hint: 'Change the extension to .yaml.',
      location: outcome.file.firstLine,
    });
    return undefined;
  }
  return undefined;
}

function readRequired(
  name: string,
  { folder, files, problems, pipelineFile }: EnvFileQuery,
  missing: string,
): TextFile | undefined {
  const outcome = files.read(join(folder, name));
  if (outcome.ok) return outcome.file;
  const { message, hint } = explainUnreadable(outcome.reason, name);
  problems.error({
    code: 'env-not-readable',
    message:
      outcome.reason === 'missing'
        ? `Failed to load env: ${missing}.`
        : message,
    hint:
      outcome.reason === 'missing'
        ? 'Create the file beside pipeline.yaml, or correct its name.'
        : hint,
    location: pipelineFile.firstLine,
  });
  return undefined;
}
