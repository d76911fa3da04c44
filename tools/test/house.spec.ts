/**
 * The house rules that no linter knows: sizes, header comments, documented exports, names.
 */
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { packageNames, sourcesOf, type SourceFile } from './sources';

const sources = packageNames().flatMap(sourcesOf);
const lines = (source: SourceFile): number => source.text.split('\n').length;

/** The share of files that have at most as many lines as the returned. */
function percentile(share: number): number {
  const sizes = sources.map(lines).sort((a, b) => a - b);
  return sizes[Math.floor((sizes.length - 1) * share)] ?? 0;
}

describe('source files', () => {
  test('have at most 400 lines, 300 mostly, 120 in the middle', () => {
    const tooLong = sources.filter((source) => lines(source) > 400);
    expect(tooLong.map(({ path }) => path)).toEqual([]);
    expect(percentile(0.95)).toBeLessThanOrEqual(300);
    expect(percentile(0.5)).toBeLessThanOrEqual(120);
  });

  test('begin with a comment that says what they are', () => {
    const bare = sources.filter(
      ({ text }) => !/^(#!.*\n)?\s*(\/\*\*|\/\/)/.test(text),
    );
    expect(bare.map(({ path }) => path)).toEqual([]);
  });

  test('are named by the words of the field', () => {
    const pattern =
      /(^|[/.-])(utils?|helpers?|managers?|steps?|stages?|artifacts?|services?|misc|common)(?=[/.-])/;
    const named = sources.filter(({ path }) =>
      pattern.test(path.slice(path.indexOf('/src/') + 4)),
    );
    expect(named.map(({ path }) => path)).toEqual([]);
  });

  test('have no TODO without an owner', () => {
    const open = sources.filter(({ text }) =>
      /\b(TODO|FIXME|XXX)\b(?!\([\w-]+\))/.test(text),
    );
    expect(open.map(({ path }) => path)).toEqual([]);
  });
});

describe('declarations', () => {
  test('never have the type any', () => {
    expect(findings((node) => node.kind === ts.SyntaxKind.AnyKeyword)).toEqual(
      [],
    );
  });

  test('are named by the words of the field', () => {
    const pattern =
      /^(?:.*[a-z])?(Step|Stage|Artifact|Manager|Helper|Utils?)s?(?![a-z])/;
    const isMisnamed = (node: ts.Node): boolean =>
      isNamedDeclaration(node) &&
      pattern.test(
        node.name.text.charAt(0).toUpperCase() + node.name.text.slice(1),
      );
    expect(findings(isMisnamed)).toEqual([]);
  });

  test('have a doc comment when they are exported', () => {
    const isUndocumented = (node: ts.Node): boolean =>
      ts.isStatement(node) &&
      ts.isSourceFile(node.parent) &&
      isExported(node) &&
      ts.getJSDocCommentsAndTags(node).length === 0;
    expect(findings(isUndocumented)).toEqual([]);
  });

  test('are never exported by default', () => {
    expect(findings(ts.isExportAssignment)).toEqual([]);
  });
});

/** `file:line` of every node that the test holds for. */
function findings(matches: (node: ts.Node) => boolean): readonly string[] {
  return sources.flatMap((source) => {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (matches(node)) {
        const { line } = source.tree.getLineAndCharacterOfPosition(
          node.getStart(source.tree),
        );
        found.push(`${source.path}:${line + 1}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(source.tree);
    return found;
  });
}

function isNamedDeclaration(
  node: ts.Node,
): node is ts.NamedDeclaration & { readonly name: ts.Identifier } {
  return (
    (ts.isClassDeclaration(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      ts.isVariableDeclaration(node)) &&
    node.name !== undefined &&
    ts.isIdentifier(node.name)
  );
}

function isExported(node: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some(
      ({ kind }) => kind === ts.SyntaxKind.ExportKeyword,
    ) &&
    // Overloads and re-exports are documented where they are declared.
    !(ts.isFunctionDeclaration(node) && node.body === undefined)
  );
}
