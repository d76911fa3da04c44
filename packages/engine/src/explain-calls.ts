/** Differences of the functions that are called around a task, in a reader's words. Pure. */
import type { CallRole } from '@nx-notebook/pipeline';
import { changes, shortened } from './differences.js';
import type { KeyData, KeyedCall } from './key-data.js';

/** Words for what a function is called for. */
const words: Readonly<Record<CallRole, string>> = {
  source: 'function',
  on_render: 'hook `on_render`',
  on_finish: 'hook `on_finish`',
  on_failure: 'hook `on_failure`',
  serializer: '`serializer`',
  unserializer: '`unserializer`',
  client: '`client`',
  product_client: '`product_client`',
};

/** What differs between the calls of two keys. */
export function explainCalls(
  before: KeyData['calls'],
  after: KeyData['calls'],
): string[] {
  return (Object.keys(words) as CallRole[]).flatMap((role) => {
    const what = words[role];
    const from = before[role];
    const to = after[role];
    if (from === undefined) {
      return to === undefined ? [] : [`${what} added: ${to.function}`];
    }
    if (to === undefined) return [`${what} removed`];
    return explainCall(role, from, to);
  });
}

function explainCall(
  role: CallRole,
  from: KeyedCall,
  to: KeyedCall,
): readonly string[] {
  const what = words[role];
  if (from.function !== to.function) {
    return [`${what} ${from.function} -> ${to.function}`];
  }
  // The text of the task's own function is its source.
  const isChanged = role !== 'source' && from.digest !== to.digest;
  return [
    ...(isChanged ? [`${what} (${to.function}) changed`] : []),
    ...[...changes(from.arguments, to.arguments)].map(
      ({ name, from: old = 'none', to: now = 'none' }) =>
        `${what}: argument \`${name}\` ${shortened(old)} -> ${shortened(now)}`,
    ),
  ];
}
