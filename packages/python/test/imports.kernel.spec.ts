/** Import extraction against CPython's own `ast`, over its standard library. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { openParser, type PythonParser } from '../src/index.js';
import { askPython } from './python-process.js';

/** Lists modules of the standard library with the imports that `ast` finds in each. */
const IMPORTS = `
import ast, json, os, sys, sysconfig
def imports(path):
    with open(path, encoding='utf-8') as file: text = file.read()
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [[alias.name, 0, []] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append([node.module or '', node.level, [a.name for a in node.names]])
    return found
limit = json.load(sys.stdin)
result = []
root = sysconfig.get_path('stdlib')
for folder, folders, files in os.walk(root):
    folders[:] = sorted(f for f in folders if f not in ('site-packages', '__pycache__', 'lib2to3', 'test'))
    for name in sorted(files):
        if name.endswith('.py') and len(result) < limit:
            path = os.path.join(folder, name)
            try: result.append([path, imports(path)])
            except (SyntaxError, UnicodeDecodeError): pass
print(json.dumps(result))
`;

const FILES = 400;

describe('imports of a module', () => {
  let parser: PythonParser;
  beforeAll(async () => {
    parser = await openParser();
  });

  it(`equal those of ast in ${FILES} modules, without one parse error`, () => {
    const modules = askPython(IMPORTS, FILES) as [string, unknown[]][];
    expect(modules.length).toBe(FILES);
    const differences = modules.flatMap(([path, expected]) => {
      const text = readFileSync(path, 'utf8');
      const ours = parser
        .analyzeModule(text)
        .imports.map(({ module, level, names }) => [module, level, names]);
      const asTexts = (facts: unknown[]): Set<string> =>
        new Set(facts.map((fact) => JSON.stringify(fact)));
      const [expectedTexts, ourTexts] = [asTexts(expected), asTexts(ours)];
      const missing = [...expectedTexts].filter((fact) => !ourTexts.has(fact));
      const added = [...ourTexts].filter((fact) => !expectedTexts.has(fact));
      const isExplained = /\b(?:__import__|import_module|run_module)\(/.test(
        text,
      );
      const error = parser.findSyntaxError([text]);
      return missing.length === 0 &&
        (added.length === 0 || isExplained) &&
        error === undefined
        ? []
        : [{ path, missing, added, error }];
    });
    expect(differences).toEqual([]);
  });
});
