/**
 * What executing has of its process: settings, streams, signals, concrete parts. Both implementations of the executor
 * open one and differ in nothing else.
 */
import {
  build,
  createTerminalReporter,
  type Reporter,
} from '@nx-notebook/engine';
import { failure, success, type Result } from '@nx-notebook/notebook';
import { evaluateLate, type LateOptions } from '@nx-notebook/runner';
import { composeEngine, type EngineComposition } from '../composition.js';
import { dataFolder } from '../data-folder.js';
import { openFactsFile } from '../inference/facts-file.js';
import { pluginVersion } from '../plugin-version.js';
import { createPythonLookup } from '../python-lookup.js';
import {
  isSet,
  renderProblems,
  resolveSettings,
  type Environment,
} from '../settings/settings.js';
import { readOverrides } from '../settings/overrides.js';
import { resolveSharing } from '../settings/sharing.js';
import { atMostHardStop, watchCancellation } from './cancellation.js';
import { resolveLimits } from './limits.js';
import { nxStartedNs } from './nx-start.js';
import type { RunHost } from './run-tasks.js';
import type { TaskRequest } from './task-request.js';

/** How the process was started. */
export interface ProcessHostOptions {
  readonly workspaceRoot: string;
  readonly isBatch: boolean;
  readonly isVerbose: boolean;
}

/** What {@link runTasks} needs, and the end of it. */
export interface ProcessHost extends Disposable {
  readonly host: RunHost;
}

/** Exit code of a process that a second Ctrl-C ends. */
const interruptedCode = 130;

/** Opens the host of this process, or says why options can't be used. */
export function openProcessHost(
  requests: readonly TaskRequest[],
  options: ProcessHostOptions,
): Result<ProcessHost, string> {
  const { env } = process;
  const settings = resolveSettings(requests[0]?.pluginOptions, env);
  if (!settings.ok) return failure(renderProblems(settings.error));
  const overrides = readOverrides(env);
  if (!overrides.ok) return failure(renderProblems(overrides.error));
  const limits = resolveLimits(requests, settings.value);
  if (!limits.ok) return failure(renderProblems(limits.error));
  const sharing = resolveSharing(settings.value, env);
  if (!sharing.ok) return failure(renderProblems(sharing.error));
  const shared = sharing.value;

  const { workspaceRoot, isBatch } = options;
  const color = hasColor(env);
  const facts = openFactsFile(dataFolder(workspaceRoot, env), pluginVersion);
  let composition: EngineComposition | undefined;
  const cancellation = watchCancellation(process, () => {
    const disposed = composition?.dispose() ?? Promise.resolve();
    void atMostHardStop(disposed).then(() => process.exit(interruptedCode));
  });
  const host: RunHost = {
    workspaceRoot,
    facts,
    env,
    overrides: overrides.value,
    settings: settings.value,
    evaluateLate: lateEvaluation({
      python: createPythonLookup({
        workspaceRoot,
        settings: settings.value,
        env,
      }),
      env,
      signal: cancellation.signal,
    }),
    color,
    write,
    build,
    compose: (reporter) =>
      (composition = composeEngine({
        workspaceRoot,
        settings: settings.value,
        env,
        reporter,
        facts,
        limits: limits.value,
        signal: cancellation.signal,
        ...(shared === undefined ? {} : { sharing: shared }),
      })),
    ...(isBatch
      ? { live: liveReporter(options, color), nxStartedNs: nxStartedNs() }
      : {}),
    streamsTranscript: !isBatch,
    kernels: settings.value.kernels,
    signal: cancellation.signal,
    ...(shared === undefined ? {} : { uploadWaitMs: shared.uploadWaitMs }),
    force: isSet(env['NX_NOTEBOOK_FORCE']),
    now: Date.now,
  };
  return success({
    host,
    [Symbol.dispose]: () => {
      facts.persist();
      cancellation[Symbol.dispose]();
    },
  });
}

/** The time is that of Nx, so that all processes of a run have the same. */
function lateEvaluation(
  options: Omit<LateOptions, 'now' | 'print'>,
): RunHost['evaluateLate'] {
  const now = new Date(Number(nxStartedNs() / 1_000_000n));
  return (pipeline) =>
    evaluateLate(pipeline, { ...options, now, print: write });
}

/** Live lines leave the details of a failure to the text of its task, which Nx prints below them. */
function liveReporter(
  { workspaceRoot: cwd, isVerbose: verbose }: ProcessHostOptions,
  color: boolean,
): Reporter {
  const now = Date.now;
  const failures = 'headline';
  return createTerminalReporter({ write, color, verbose, now, cwd, failures });
}

function write(text: string): void {
  process.stdout.write(text);
}

/** Whether to print colours: Nx sets FORCE_COLOR for its processes, whose output is a pipe. */
export function hasColor(
  env: Environment,
  isTerminal: boolean = process.stdout.isTTY,
): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  return env['FORCE_COLOR'] === undefined
    ? isTerminal
    : isSet(env['FORCE_COLOR']);
}
