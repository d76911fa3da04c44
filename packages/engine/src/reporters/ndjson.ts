/** A build as one JSON object a line, for programs. Tasks are named, not described. */
import type { BuildEvent, Reporter } from '../event.js';
import { recordedName } from '../task-names.js';
import type { TaskRef } from '../task-runner.js';

/** Writes each event as one line of JSON. */
export function createNdjsonReporter(options: {
  readonly write: (text: string) => void;
}): Reporter {
  return {
    handle(event) {
      options.write(`${JSON.stringify(plain(event))}\n`);
    },
  };
}

function plain(event: BuildEvent): object {
  if (event.type === 'task-finished') {
    const { ref, ...outcome } = event.outcome;
    return { type: event.type, ...nameOf(ref), ...outcome };
  }
  if (!('ref' in event)) return event;
  const { type, ref, ...rest } = event;
  return { type, ...nameOf(ref), ...rest };
}

function nameOf(ref: TaskRef): object {
  return recordedName(ref);
}
