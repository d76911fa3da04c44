/** The parameters of a function, as its definition writes them. */
import type { Node } from 'web-tree-sitter';
import type { Parameter } from '../facts.js';
import { operands } from './literal-node.js';

/** The parameters of a definition, in order; undefined when they can't be read. */
export function parametersOf(
  definition: Node,
): readonly Parameter[] | undefined {
  const list = definition.childForFieldName('parameters');
  if (list === null || list.hasError) return undefined;
  const parameters: Parameter[] = [];
  let kind: 'plain' | 'keyword-only' = 'plain';
  for (const node of operands(list)) {
    if (node.type === 'positional_separator') {
      for (const [index, parameter] of parameters.entries())
        parameters[index] = { ...parameter, kind: 'positional-only' };
      continue;
    }
    if (node.type === 'keyword_separator') {
      kind = 'keyword-only';
      continue;
    }
    const parameter = parameterOf(node, kind);
    if (parameter === undefined) return undefined;
    if (parameter.kind === '*') kind = 'keyword-only';
    parameters.push(parameter);
  }
  return parameters;
}

function parameterOf(
  node: Node,
  kind: 'plain' | 'keyword-only',
): Parameter | undefined {
  switch (node.type) {
    case 'identifier':
      return { name: node.text, kind, hasDefault: false };
    case 'default_parameter':
    case 'typed_default_parameter': {
      const name = node.childForFieldName('name');
      return name?.type === 'identifier'
        ? { name: name.text, kind, hasDefault: true }
        : undefined;
    }
    case 'typed_parameter': {
      const [inner] = operands(node);
      return inner && parameterOf(inner, kind);
    }
    case 'list_splat_pattern':
    case 'dictionary_splat_pattern': {
      const [name] = operands(node);
      return name?.type === 'identifier'
        ? {
            name: name.text,
            kind: node.type === 'list_splat_pattern' ? '*' : '**',
            hasDefault: false,
          }
        : undefined;
    }
    default:
      return undefined;
  }
}
