/**
 * What a module says of one of its names: how it is bound, the slice of the module that belongs to it, and for functions
 * what they are called with.
 */
import { createHash } from 'node:crypto';
import type { Node } from 'web-tree-sitter';
import type {
  Definition,
  ImportFact,
  PythonFacts,
  TextSpan,
} from '../facts.js';
import { bindingsIn, type Binding } from './bound-names.js';
import { importsIn } from './import-statements.js';
import { literalString, operands } from './literal-node.js';
import { originsIn, sliceOf } from './module-slice.js';
import { parametersOf } from './parameters.js';
import { keepsSignature } from './plain-definition.js';
import {
  collectUpstream,
  toUpstreamUse,
  type UpstreamReads,
} from './upstream-use.js';

/** A parsed module, and how the facts of a text are found. */
export interface DefinitionQuery {
  readonly root: Node;
  readonly code: string;
  readonly name: string;
  readonly analyze: (text: string) => PythonFacts;
}

/** Reads the definition of a name at the top level of a module. */
export function readDefinition({
  root,
  code,
  name,
  analyze,
}: DefinitionQuery): Definition {
  const bindings = bindingsIn(root);
  const own = bindings.filter((binding) => binding.name === name);
  const slice = sliceOf(name, { root, code, bindings });
  const kind = kindOf(own, { root, code, bindings });
  const functions = own.filter((one) => one.kind === 'function');
  const isSimple = own.every(({ isTopLevel }) => isTopLevel);
  const used = (isSimple ? functions.slice(-1) : functions).map(
    ({ node }) => node,
  );
  const parameters =
    kind === 'function' && isSimple && !root.hasError
      ? signatureOf(own.at(-1), originsIn(bindings))
      : undefined;
  const origin = kind === 'imported' ? originOf(own, code) : undefined;
  const facts = analyze(slice.text);
  return {
    kind: kind === 'imported' && origin === undefined ? 'value' : kind,
    digest: createHash('sha256').update(slice.text).digest('hex'),
    isWhole: slice.isWhole,
    facts: {
      ...facts,
      upstreamUse: useOf(used, code, {
        isWhole: slice.isWhole,
        hasOwnName: parameters?.some((one) => one.name === 'upstream') ?? false,
      }),
    },
    ...(parameters === undefined ? {} : { parameters }),
    ...(origin === undefined ? {} : { origin }),
    upstream: used.flatMap(upstreamNames),
    position: spanOf(own.at(-1)?.nameNode) ?? firstLine(code),
    names: [...new Set(bindings.map((binding) => binding.name))],
  };
}

function kindOf(
  own: readonly Binding[],
  {
    root,
    code,
    bindings,
  }: { root: Node; code: string; bindings: readonly Binding[] },
): Definition['kind'] {
  const kinds = new Set(own.map(({ kind }) => kind));
  const [only] = kinds;
  if (only === undefined) {
    const isHidden =
      root.hasError ||
      bindings.some((one) => one.name === '__getattr__') ||
      /\bimport\s*\*|\b(?:globals|vars|locals|exec|eval|setattr|modules|__dict__)\b/.test(
        code,
      );
    return isHidden ? 'possible' : 'absent';
  }
  if (kinds.size > 1) return 'value';
  return only === 'imported' && own.length > 1 ? 'value' : only;
}

/** Where the one import of a name takes it from. */
function originOf(
  [binding]: readonly Binding[],
  code: string,
): ImportFact | undefined {
  if (binding === undefined) return undefined;
  const imports = importsIn(binding.node, code);
  const [fact] = imports;
  if (fact === undefined || imports.length > 1) return undefined;
  const named = binding.nameNode.parent;
  const original =
    named?.type === 'aliased_import'
      ? named.childForFieldName('name')?.text
      : binding.name;
  return original === undefined ? undefined : { ...fact, names: [original] };
}

function signatureOf(
  binding: Binding | undefined,
  origins: ReturnType<typeof originsIn>,
): Definition['parameters'] {
  if (binding === undefined || !keepsSignature(binding.node, origins))
    return undefined;
  return parametersOf(
    binding.node.childForFieldName('definition') ?? binding.node,
  );
}

/** How a function uses its parameter `upstream`; without such a parameter it may come in by another. */
function useOf(
  nodes: readonly Node[],
  code: string,
  { isWhole, hasOwnName }: { isWhole: boolean; hasOwnName: boolean },
): PythonFacts['upstreamUse'] {
  if (isWhole || !hasOwnName) return { kind: 'anything' };
  const reads: UpstreamReads = { anything: false, paths: [] };
  for (const node of nodes) {
    collectUpstream(node, blankOutside(node, code), reads);
  }
  return toUpstreamUse(reads);
}

/** The text with everything but a node blanked, so that positions stay. */
function blankOutside(node: Node, code: string): string {
  return (
    ' '.repeat(node.startIndex) + code.slice(node.startIndex, node.endIndex)
  );
}

function upstreamNames(node: Node): Definition['upstream'] {
  if (!node.text.includes('upstream')) return [];
  return node.descendantsOfType('subscript').flatMap((subscript) => {
    const [value, key, ...more] = operands(subscript);
    if (value?.type !== 'identifier' || value.text !== 'upstream') return [];
    const name =
      key === undefined || more.length > 0 ? undefined : literalString(key);
    const span = spanOf(key);
    return name === undefined || span === undefined ? [] : [{ name, ...span }];
  });
}

function spanOf(node: Node | undefined): TextSpan | undefined {
  return node && { start: node.startIndex, end: node.endIndex };
}

function firstLine(code: string): TextSpan {
  const end = code.search(/\r|\n|$/);
  return { start: 0, end };
}
