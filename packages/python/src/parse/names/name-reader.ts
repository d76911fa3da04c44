/**
 * Reads the names of Python syntax trees into scopes, in the order in which Python evaluates them. One reader reads all
 * cells of a notebook; what each kind of node means is said by the handlers.
 */
import type { CellPosition, CodeProblem } from '../../facts.js';
import type { PlainNode } from './plain-tree.js';
import { Scope, type Use } from './scopes.js';

/** Says where a node of a text stands. */
export type Locate = (node: PlainNode) => CellPosition;

/** Where reading is. */
export interface Place {
  readonly scope: Scope;
  /** The outermost loop of the scope, 0 for none. */
  readonly loop: number;
  /** In code that expects names to be missing. */
  readonly isGuarded: boolean;
  /** In an expression that is evaluated later or never. */
  readonly isDeferred: boolean;
}

/** Reads one kind of node. */
export type Handler = (
  reader: NameReader,
  node: PlainNode,
  place: Place,
) => void;

/** Reads trees one after the other. */
export class NameReader {
  readonly uses: Use[] = [];
  readonly problems: CodeProblem[] = [];
  /** Names may come from where they can't be seen, such as a star import. */
  isBlind = false;
  /** `from __future__ import annotations`. */
  hasLazyAnnotations = false;
  readonly #handlers: Readonly<Record<string, Handler>>;
  readonly #module = new Scope('module', undefined);
  #order = 0;
  #loops = 0;
  #text = '';
  #locate: Locate = () => ({ cell: 0, line: 1, column: 1, length: 1 });

  constructor(handlers: Readonly<Record<string, Handler>>) {
    this.#handlers = handlers;
  }

  /** Reads the tree of one text. */
  read(root: PlainNode, text: string, locate: Locate): void {
    this.#text = text;
    this.#locate = locate;
    this.all(root.children, {
      scope: this.#module,
      loop: 0,
      isGuarded: false,
      isDeferred: false,
    });
  }

  /** Reads nodes in order. */
  all(nodes: readonly PlainNode[], place: Place): void {
    for (const node of nodes) this.visit(node, place);
  }

  /** Reads a node, if there is one. */
  visit(node: PlainNode | undefined, place: Place): void {
    if (node === undefined) return;
    const handler = Object.hasOwn(this.#handlers, node.type)
      ? this.#handlers[node.type]
      : undefined;
    if (handler === undefined) this.all(node.children, place);
    else handler(this, node, place);
  }

  /** The text of a node. */
  textOf({ start, end }: PlainNode): string {
    return this.#text.slice(start, end);
  }

  /** Notes that a name is read. */
  use(node: PlainNode, { scope, loop, isGuarded, isDeferred }: Place): void {
    if (isGuarded) return;
    this.uses.push({
      name: this.#nameOf(node),
      scope,
      order: (this.#order += 1),
      loop,
      isImmediate: !isDeferred,
      position: this.#locate(node),
    });
  }

  /** Notes that a name gets a value. */
  bind(node: PlainNode, { scope, loop }: Place): void {
    const name = this.#nameOf(node);
    const order = (this.#order += 1);
    if (!scope.foreign.has(name)) {
      scope.bind(name, { order, loop });
      return;
    }
    // Whoever calls the function may do so before anything else.
    for (let one = scope.parent; one !== undefined; one = one.parent)
      one.bind(name, { order: 0, loop: 0 });
  }

  /** Notes that `global` or `nonlocal` sends a name elsewhere. */
  sendElsewhere(node: PlainNode, { scope }: Place): void {
    scope.foreign.add(this.#nameOf(node));
  }

  /** A new outermost loop, or the one that the place is in. */
  inLoop(place: Place): Place {
    return place.loop === 0 ? { ...place, loop: (this.#loops += 1) } : place;
  }

  /** Notes something that is wrong. */
  report(kind: CodeProblem['kind'], name: string, node: PlainNode): void {
    this.problems.push({ kind, name, position: this.#locate(node) });
  }

  /** Python compares names in their composed form. */
  #nameOf(node: PlainNode): string {
    return this.textOf(node).normalize('NFKC');
  }
}
