/**
 * Nodes by the words of their text. Most sources hold few of the words in question, and asking a WebAssembly tree
 * for all its identifiers is what costs.
 */
import type { Node } from 'web-tree-sitter';

/** A pattern of whole words (regular expressions are allowed); a word after a letter outside of ASCII is found too. */
export function wordPattern(words: readonly string[]): RegExp {
  return new RegExp(`\\b(?:${words.join('|')})\\b`, 'g');
}

/** The innermost node around each match in the text of a tree, comments left out. */
export function wordNodes(
  root: Node,
  code: string,
  pattern: RegExp,
): readonly Node[] {
  const nodes: Node[] = [];
  for (const { index, 0: word } of code.matchAll(pattern)) {
    const node = root.descendantForIndex(index, index + word.length);
    if (node !== null && node.type !== 'comment') nodes.push(node);
  }
  return nodes;
}
