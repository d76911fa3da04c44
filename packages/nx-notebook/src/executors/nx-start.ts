/** When the Nx process that started this one began. It hashed sources after that, and before this process existed. */
import { readFileSync } from 'node:fs';

/** What Linux counts process times in, whatever its clock does. */
const ticksPerSecond = 100;

/** In nanoseconds since 1970, a little too early rather than too late; of this process itself where it can't be known. */
export function nxStartedNs(parent: number = process.ppid): bigint {
  const now = Date.now();
  const ageMs = parentAgeMs(parent) ?? process.uptime() * 1000;
  return BigInt(Math.floor(now - ageMs)) * 1_000_000n;
}

/** Only Linux tells without starting a process. */
function parentAgeMs(parent: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${parent}/stat`, 'utf8');
    // The name, in parentheses, may hold spaces; the start is field 22, the 20th behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const uptime = Number(
      readFileSync('/proc/uptime', 'utf8').split(' ', 1)[0],
    );
    const started = Number(fields[19]) / ticksPerSecond;
    const age = uptime - started;
    return Number.isFinite(age) && age >= 0 ? age * 1000 + 20 : undefined;
  } catch {
    return undefined;
  }
}
