/**
 * `nx-notebook:diagnose`, the target of a pipeline that can't be used: prints what is wrong and fails. Looks again, since
 * the files may have been repaired after Nx made its graph.
 */
import type { ExecutorContext } from '@nx/devkit';
import { renderDiagnostics } from '@nx-notebook/notebook';
import { renderProblems, resolveSettings } from '../settings/settings.js';
import { readOverrides } from '../settings/overrides.js';
import type { PipelineOptions } from './execute-options.js';
import { loadOne } from './load-one.js';
import { hasColor } from './process-host.js';
import { projectFacts } from './task-request.js';

/** Prints the errors of a pipeline, or of the plugin's options, and fails. */
export async function diagnose(
  options: PipelineOptions,
  context: ExecutorContext,
): Promise<{ success: false }> {
  const { root, pluginOptions } = projectFacts(context, {
    project: context.projectName ?? '',
  });
  process.stdout.write(
    await describe({ root, options }, pluginOptions, context.root),
  );
  return { success: false };
}

async function describe(
  pipeline: { readonly root: string; readonly options: PipelineOptions },
  pluginOptions: unknown,
  workspaceRoot: string,
): Promise<string> {
  const { env } = process;
  const settings = resolveSettings(pluginOptions, env);
  const overrides = readOverrides(env);
  if (!settings.ok) return renderProblems(settings.error);
  if (!overrides.ok) return renderProblems(overrides.error);
  const color = hasColor(env);
  const loaded = await loadOne(pipeline, {
    workspaceRoot,
    env,
    overrides: overrides.value,
    settings: settings.value,
  });
  return loaded.ok
    ? 'The pipeline has no errors any more.\nNext: run the command again.\n'
    : `${renderDiagnostics(loaded.diagnostics, { color, cwd: workspaceRoot })}\n`;
}
