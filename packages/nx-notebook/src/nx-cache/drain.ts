/** Dropping what somebody sends: a client that still writes takes no answer. */
import { Writable, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Reads a body to its end and drops it. */
export async function drain(body: Readable): Promise<void> {
  try {
    await pipeline(body, new Writable({ write: (_chunk, _, done) => done() }));
  } catch {
    // The sender went away; nobody waits for an answer.
  }
}
