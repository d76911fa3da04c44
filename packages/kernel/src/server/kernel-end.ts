/**
 * How a kernel process ended: what the server recorded, and whether the system ended a process for lack of memory.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signalName, type KernelEnd } from '../failures.js';
import type { KernelRecord } from './jupyter-server.js';

/** Counts of processes ended for lack of memory, by the file that tells it. */
export type OutOfMemoryCounts = ReadonlyMap<string, number>;

/** Reads the counters of this system; none where it has none. */
export function readOutOfMemoryCounts(): OutOfMemoryCounts {
  const counts = new Map<string, number>();
  for (const file of [...controlGroupFiles(), '/proc/vmstat']) {
    const count = /^oom_kill (\d+)$/m.exec(readText(file))?.[1];
    if (count !== undefined) {
      counts.set(file, Number(count));
    }
  }
  return counts;
}

/** The end of a kernel, given its record and the counters from before it started. */
export function kernelEnd(
  record: KernelRecord | undefined,
  before: OutOfMemoryCounts,
): KernelEnd {
  const exit = record?.exit;
  if (exit === undefined) {
    return {};
  }
  if (exit >= 0) {
    return { exitCode: exit };
  }
  const signal = signalName(-exit);
  if (signal !== 'SIGKILL' || before.size === 0) {
    return { signal };
  }
  const after = readOutOfMemoryCounts();
  const outOfMemory = [...before].some(
    ([file, count]) => (after.get(file) ?? count) > count,
  );
  return { signal, outOfMemory };
}

/** Kernels run in the control group of this process. */
function controlGroupFiles(): string[] {
  const lines = readText('/proc/self/cgroup').split('\n');
  return lines.flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined || controllers === undefined) {
      return [];
    }
    // In a container the path may be the host's, while the container's own group is mounted at the top.
    return controllers === ''
      ? [
          join('/sys/fs/cgroup', path, 'memory.events'),
          '/sys/fs/cgroup/memory.events',
        ]
      : controllers.split(',').includes('memory')
        ? [
            join('/sys/fs/cgroup/memory', path, 'memory.oom_control'),
            '/sys/fs/cgroup/memory/memory.oom_control',
          ]
        : [];
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Not on this system, or not for us to read.
    return '';
  }
}
