/**
 * Params and grids that call a function of the user: `module::function`, or a mapping with such a `dotted_path`. Only a
 * run calls it; until then its value is unknown.
 */
import { pythonRepr, type PyValue } from '@nx-notebook/python';
import { resolveCall } from '../calls/resolve-call.js';
import type { LateValue, PythonCall } from '../pipeline.js';
import type { TextFile } from '../text-file.js';
import { keyName } from '../yaml/merge-entries.js';
import { textIn, type YamlNode } from '../yaml/yaml-node.js';
import type { BuildContext } from './build-context.js';

/** A value that a function gives; absent as long as it is unknown. */
export interface CalledValue {
  readonly id: string;
  readonly value?: PyValue;
}

/** Finds the calls of one pipeline and remembers which of their values are missing. */
export class LateCalls {
  readonly #context: BuildContext;
  readonly #missing = new Map<string, LateValue>();

  constructor(context: BuildContext) {
    this.#context = context;
  }

  /** The calls whose values are unknown, in the order in which they were asked for. */
  get missing(): readonly LateValue[] {
    return [...this.#missing.values()];
  }

  /**
   * The value of a node that is a call; undefined after reporting that there is no such function.
   * Ask {@link isCall} before.
   */
  async read(
    node: YamlNode,
    what: string,
    file: TextFile,
  ): Promise<CalledValue | undefined> {
    const call = await resolveCall(node, { ...this.#context, file, what });
    if (call === undefined) return undefined;
    const id = idOf(call);
    const value = this.#context.late.get(id);
    if (value?.kind === 'none') {
      this.#context.problems.error({
        code: 'call-without-value',
        message: `Error calling dotted path '${call.dottedPath}' for ${what}. Expected a value but got None.`,
        hint: 'Let the function return the value.',
        location: file.locate(node.range),
      });
      return undefined;
    }
    if (value !== undefined) return { id, value };
    this.#missing.set(id, { kind: 'call', id, call });
    return { id };
  }
}

/** Whether a value of `params` or `grid` is a call. Anything that looks like `word::word` is, as in Ploomber. */
export function isCall(node: YamlNode): boolean {
  const dotted =
    node.kind === 'mapping'
      ? node.entries.find(({ key }) => keyName(key) === 'dotted_path')?.value
      : node;
  const text = dotted === undefined ? undefined : textIn(dotted);
  return text !== undefined && /^\w[\w.-]*::\w/.test(text);
}

/** What stands for a value that is unknown. */
export function standIn({ id }: CalledValue): PyValue {
  return { kind: 'str', value: `<${id}>` };
}

/** Equal calls have one value in a run. */
function idOf({ module, name, kwargs }: PythonCall): string {
  const args = kwargs.map(
    ({ name: key, value }) => `${key}=${pythonRepr(value)}`,
  );
  return `${module}::${name}${args.length === 0 ? '' : `(${args.join(', ')})`}`;
}
