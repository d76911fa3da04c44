/**
 * Finds `{{x}}` and `{% ... %}` in the values of a pipeline: they are replaced by env.yaml, which is not read yet.
 */
import type { YamlNode } from '../yaml/yaml-node.js';
import type { SpecContext } from './check-keys.js';

const placeholder = /\{\{.*?\}\}|\{%.*?%\}/s;

/** Reports every value with a placeholder; true if there was one. */
export function refusePlaceholders(
  node: YamlNode,
  { file, problems }: SpecContext,
): boolean {
  let isFound = false;
  const visited = new Set<YamlNode>();
  const visit = (next: YamlNode): void => {
    if (visited.has(next)) return;
    visited.add(next);
    if (next.kind === 'sequence') next.items.forEach(visit);
    if (next.kind === 'mapping') {
      next.entries.forEach(({ value }) => {
        visit(value);
      });
    }
    if (next.kind !== 'scalar') return;
    const [found] = placeholder.exec(next.text ?? '') ?? [];
    if (found === undefined) return;
    isFound = true;
    problems.error({
      code: 'placeholder',
      message: `The placeholder "${found}" is not supported yet.`,
      hint: 'Write the value itself.',
      location: file.locate(next.range),
    });
  };
  visit(node);
  return isFound;
}
