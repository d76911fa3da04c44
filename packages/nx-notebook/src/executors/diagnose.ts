/**
 * `nx-notebook:diagnose`, the target of a pipeline that can't be used: prints what is wrong and fails. Looks again, since
 * the files may have been repaired after Nx made its graph.
 */
import type { ExecutorContext } from '@nx/devkit';
import { renderDiagnostics } from '@nx-notebook/notebook';
import { renderProblems, resolveSettings } from '../settings/settings.js';
import { loadAt } from './plan-tasks.js';
import { hasColor } from './process-host.js';
import { projectFacts } from './task-request.js';

/** Prints the errors of a pipeline, or of the plugin's options, and fails. */
export async function diagnose(
  _options: unknown,
  context: ExecutorContext,
): Promise<{ success: false }> {
  const { root, pluginOptions } = projectFacts(
    context,
    context.projectName ?? '',
  );
  process.stdout.write(await describe(root, pluginOptions, context.root));
  return { success: false };
}

async function describe(
  root: string,
  pluginOptions: unknown,
  workspaceRoot: string,
): Promise<string> {
  const settings = resolveSettings(pluginOptions, process.env);
  if (!settings.ok) return renderProblems(settings.error);
  const color = hasColor(process.env);
  const loaded = await loadAt(root, { workspaceRoot, color });
  return loaded.ok
    ? 'The pipeline has no errors any more.\nNext: run the command again.\n'
    : `${renderDiagnostics(loaded.diagnostics, { color, cwd: workspaceRoot })}\n`;
}
