/** Adds lines to the workspace's .gitignore, those that are not covered yet. */
import type { Tree } from '@nx/devkit';

/** What was done, as a line for people. */
export function addIgnored(tree: Tree, rules: readonly string[]): string {
  const before = tree.read('.gitignore', 'utf-8') ?? '';
  const present = new Set(before.split(/\r?\n/).map((line) => line.trim()));
  const missing = rules.filter((rule) => !isCovered(rule, present));
  if (missing.length === 0) return '.gitignore: nothing to add';
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  tree.write('.gitignore', `${before}${gap}${missing.join('\n')}\n`);
  return `.gitignore: added ${missing.join(', ')}`;
}

/** The rule itself in one of its forms, or one of a folder around it. */
function isCovered(rule: string, present: ReadonlySet<string>): boolean {
  const path = rule.replace(/^\//, '').replace(/\/$/, '');
  const folders = path
    .split('/')
    .map((_, index, parts) => parts.slice(0, index + 1).join('/'));
  return folders.some((each) =>
    [each, `${each}/`, `/${each}`, `/${each}/`].some((form) =>
      present.has(form),
    ),
  );
}
