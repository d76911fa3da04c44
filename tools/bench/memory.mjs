/**
 * The highest resident memory of any Node process of a command, sampled from /proc while it runs.
 */
import { readFile } from 'node:fs/promises';

/**
 * @param {() => Promise<void>} work
 * @param {() => Promise<readonly { pid: number, command: string }[]>} processes
 * @returns {Promise<number>} Bytes.
 */
export async function peakMemoryOf(work, processes) {
  let peak = 0;
  const ended = new AbortController();
  const sampler = (async () => {
    while (!ended.signal.aborted) {
      for (const { pid, command } of await processes())
        if (/^\S*node\b/.test(command))
          peak = Math.max(peak, await highWaterMark(pid));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  try {
    await work();
  } finally {
    ended.abort();
    await sampler;
  }
  return peak;
}

/** @param {number} pid */
async function highWaterMark(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}
