/**
 * Loads the Python grammar (WebAssembly) on demand. Nothing of tree-sitter is loaded before the first call, since
 * most Nx commands find all their facts in a cache.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import type * as TreeSitter from 'web-tree-sitter';

/** The grammar of tree-sitter-python, as its npm package ships it; next to `src` and `dist`. */
const GRAMMAR_FILE = path.resolve(
  __dirname,
  '../../wasm/tree-sitter-python.wasm',
);

/** Makes a tree-sitter parser for Python. */
export async function loadGrammar(): Promise<TreeSitter.Parser> {
  const load = createRequire(__filename);
  const { Parser, Language } = load('web-tree-sitter') as typeof TreeSitter;
  await Parser.init();
  const language = await Language.load(await readFile(GRAMMAR_FILE));
  return new Parser().setLanguage(language);
}
