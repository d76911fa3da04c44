/**
 * The sources of the packages, read and parsed for the tests that keep the house in order.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** The folder of the clone. */
export const root = path.join(__dirname, '../..');

/** One parsed source file. */
export interface SourceFile {
  /** Relative to the clone, POSIX. */
  readonly path: string;
  /** Folder below `packages`. */
  readonly package: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

/** One module that a source asks for. */
export interface ModuleImport {
  readonly module: string;
  /** False for types, which the compiler removes, and for `import()`, which loads later. */
  readonly loadsAtOnce: boolean;
}

/** Names of the folders below `packages`. */
export function packageNames(): readonly string[] {
  return readdirSync(path.join(root, 'packages')).sort();
}

/** All of `packages/<name>/src`. */
export function sourcesOf(name: string): readonly SourceFile[] {
  const folder = path.join(root, 'packages', name, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => {
      const text = readFileSync(path.join(folder, file), 'utf8');
      const relative = path.posix.join('packages', name, 'src', file);
      const tree = ts.createSourceFile(
        relative,
        text,
        ts.ScriptTarget.ES2022,
        true,
      );
      return { path: relative, package: name, text, tree };
    });
}

/** Every module that a source imports, exports from, requires or loads by `import()`. */
export function importsOf(source: SourceFile): readonly ModuleImport[] {
  const found: ModuleImport[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = moduleSpecifier(node);
    if (specifier !== undefined)
      found.push({ module: specifier, loadsAtOnce: loadsAtOnce(node) });
    ts.forEachChild(node, visit);
  };
  visit(source.tree);
  return found;
}

function moduleSpecifier(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
    return textOf(node.moduleSpecifier);
  if (
    ts.isImportEqualsDeclaration(node) &&
    ts.isExternalModuleReference(node.moduleReference)
  )
    return textOf(node.moduleReference.expression);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return textOf(node.argument.literal);
  if (ts.isCallExpression(node) && isLoadingCall(node))
    return textOf(node.arguments[0]);
  return undefined;
}

function isLoadingCall(node: ts.CallExpression): boolean {
  return (
    node.expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(node.expression) && node.expression.text === 'require')
  );
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node)
    ? node.text
    : undefined;
}

function loadsAtOnce(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) {
    const clause = node.importClause;
    if (clause === undefined) return true;
    if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return false;
    const named = clause.namedBindings;
    return !(
      clause.name === undefined &&
      named !== undefined &&
      ts.isNamedImports(named) &&
      named.elements.every((element) => element.isTypeOnly)
    );
  }
  if (ts.isExportDeclaration(node)) return !node.isTypeOnly;
  if (ts.isImportEqualsDeclaration(node)) return !node.isTypeOnly;
  return false;
}
