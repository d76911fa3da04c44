/**
 * What a local file says of a name: from the cache, or from the parser.
 */
import { hash } from 'node:crypto';
import {
  FACTS_VERSION,
  openParser,
  type Definition,
  type FactsCache,
} from '@nx-notebook/python';

/** The definition of a name at the top level of a module's text. */
export async function readDefinition(
  code: string,
  name: string,
  cache: FactsCache | undefined,
): Promise<Definition> {
  const digest = hash(
    'sha256',
    `definition ${FACTS_VERSION}\n${name}\n${code}`,
  );
  const { definition: known, ...knownFacts } = cache?.get(digest) ?? {};
  if (known !== undefined && 'imports' in knownFacts)
    return { ...known, facts: knownFacts };
  const { facts, ...definition } = (await openParser()).readDefinition(
    code,
    name,
  );
  cache?.set(digest, { ...facts, definition });
  return { ...definition, facts };
}
