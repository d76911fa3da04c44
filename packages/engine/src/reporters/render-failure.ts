/** A failure as lines: what happened, the details, where to look, the next step. Pure. */
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { renderDiagnostics } from '@nx-notebook/notebook';
import type { TaskFailure } from '../task-failure.js';
import { paletteOf } from './palette.js';

/** How a failure is shown. */
export interface RenderFailureOptions {
  readonly color: boolean;
  /** Paths are shown relative to this folder. */
  readonly cwd: string;
}

/** The lines that tell a user what failed, where, and the next step. */
export function renderFailure(
  failure: TaskFailure,
  options: RenderFailureOptions,
): readonly string[] {
  const { red, bold } = paletteOf(options.color);
  const details = detailLines(failure, options);
  const separated = details.length === 0 ? [] : ['', ...details, ''];
  const hint =
    failure.hint === undefined ? [] : [`${bold('Next:')} ${failure.hint}`];
  const lines = [
    red(failure.message),
    ...separated,
    ...partialNotebook(failure, options),
    ...hint,
  ];
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function detailLines(
  failure: TaskFailure,
  options: RenderFailureOptions,
): readonly string[] {
  switch (failure.reason) {
    case 'execution-failed':
      // Tracebacks come with the colours of the kernel.
      return options.color
        ? failure.detail
        : failure.detail.map(stripVTControlCharacters);
    case 'invalid-pipeline':
    case 'code-problems':
      return failure.diagnostics.length === 0
        ? []
        : renderDiagnostics(failure.diagnostics, options).trimEnd().split('\n');
    case 'internal-error':
      return failure.stack.split('\n').filter((line) => line !== '');
    case 'product-missing':
    case 'product-unwritable':
    case 'upstream-product-missing':
    case 'resource-missing':
    case 'python-not-found':
    case 'interrupted':
      return [];
  }
}

function partialNotebook(
  failure: TaskFailure,
  { cwd }: RenderFailureOptions,
): readonly string[] {
  if (failure.reason !== 'execution-failed') return [];
  const { partialNotebook: path } = failure;
  return path === undefined
    ? []
    : [`What ran until then: ${relative(cwd, path)}`];
}
