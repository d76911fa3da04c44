/**
 * Processes of a test, found from outside: every process that inherited a marker in its environment, whoever started
 * it. Reads /proc, so it works on Linux only.
 */
import { readFile, readdir } from 'node:fs/promises';

/** A living process. */
export interface ProcessInfo {
  readonly pid: number;
  /** Arguments joined by spaces. */
  readonly command: string;
}

/** All living processes whose environment holds `name=value`; zombies have no environment and are not listed. */
export async function processesWith(
  name: string,
  value: string,
): Promise<readonly ProcessInfo[]> {
  const marker = `${name}=${value}`;
  const found: ProcessInfo[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const environment = await readIfAlive(entry, 'environ');
    if (environment?.split('\0').includes(marker) !== true) continue;
    const command = await readIfAlive(entry, 'cmdline');
    if (command !== undefined && command !== '')
      found.push({
        pid: Number(entry),
        command: command.replaceAll('\0', ' ').trim(),
      });
  }
  return found;
}

async function readIfAlive(
  pid: string,
  file: string,
): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined; // It ended meanwhile, or belongs to somebody else.
  }
}

/**
 * Waits until a condition holds that only polling can see, such as a process of others that ends. Throws with the
 * text when it does not hold within the limit.
 */
export async function eventually(
  what: string,
  condition: () => Promise<boolean>,
  limitMs = 30_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > end)
      throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
