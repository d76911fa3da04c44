/**
 * Names of targets. Never a bare task name: Nx reads `nx run ml:b` as `ml:build`, and a colon would end the name. Pure.
 */
import { createHash } from 'node:crypto';

/** `execute--clean`: the target of a task. Different tasks get different targets. */
export function taskTargetName(targetName: string, task: string): string {
  return `${targetName}--${safeName(task)}`;
}

/** `execute-serve`: the parent of pipeline.serve.yaml; that of pipeline.yaml is the name itself. */
export function pipelineTargetName(
  targetName: string,
  pipeline: string,
): string {
  return pipeline === '' ? targetName : `${targetName}-${safeName(pipeline)}`;
}

/** The name itself where Nx and shells take it; else a readable part and the start of a digest. */
function safeName(name: string): string {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(name)) return name;
  const readable = name.replaceAll(/[^\p{L}\p{N}_.-]+/gu, '-');
  const digest = createHash('sha256').update(name).digest('hex');
  return `${readable}-${digest.slice(0, 8)}`;
}
