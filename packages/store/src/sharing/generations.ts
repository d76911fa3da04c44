/**
 * Folders of a shared store by trust scope and month. What everybody reads lies in one folder per month, so that a
 * lifecycle rule of the bucket can delete what nobody used for two months, and no client needs the right to. Pure.
 *
 * A month is read until the next one ends: at most 62 days after its first write. A rule that expires objects of `t/`
 * after 70 days leaves a margin for clocks; promotion writes them anew.
 */
import type { StoreScope } from './scope.js';

/** The folder of a month (UTC), such as `g2026-11`. */
export function generationOf(nowMs: number): string {
  return `g${new Date(nowMs).toISOString().slice(0, 7)}`;
}

/** The folder of the month before. */
function previousGeneration(nowMs: number): string {
  const now = new Date(nowMs);
  return generationOf(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1));
}

/** Folders that a run reads, in this order: what is trusted comes first, and nobody else's scope ever. */
export function readRoots(
  scope: StoreScope | undefined,
  nowMs: number,
): readonly string[] {
  const trusted = [
    `t/${generationOf(nowMs)}`,
    `t/${previousGeneration(nowMs)}`,
  ];
  return scope?.kind === 'untrusted'
    ? [...trusted, writeRoot(scope, nowMs)]
    : trusted;
}

/** The folder that a run of this scope writes. */
export function writeRoot(scope: StoreScope, nowMs: number): string {
  return scope.kind === 'trusted'
    ? `t/${generationOf(nowMs)}`
    : `u/${scope.name}`;
}

/** Whether a folder belongs to what everybody reads, and signatures therefore count. */
export function isTrustedRoot(root: string): boolean {
  return root.startsWith('t/');
}
