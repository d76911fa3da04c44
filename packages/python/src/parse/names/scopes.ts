/**
 * Names of a Python source by scope: where each is bound, where it is used, and which uses can't find a binding. Knows
 * no syntax.
 */
import type { CellPosition } from '../../facts.js';

/** What opens a scope; names of a class are not seen from the functions in it. */
export type ScopeKind = 'module' | 'function' | 'class' | 'comprehension';

/** A place in the order of execution, as far as the text tells it. */
export interface Moment {
  readonly order: number;
  /** The outermost loop of the scope that it is in; 0 for none. */
  readonly loop: number;
}

/** A name that is read. */
export interface Use extends Moment {
  readonly name: string;
  readonly scope: Scope;
  /** Whether it is read when the text of its scope is reached, so that only what stands above counts. */
  readonly isImmediate: boolean;
  readonly position: CellPosition;
}

/** One scope. */
export class Scope {
  readonly kind: ScopeKind;
  readonly parent: Scope | undefined;
  /** Names that `global` and `nonlocal` send elsewhere. */
  readonly foreign = new Set<string>();
  readonly #bindings = new Map<string, Moment[]>();

  constructor(kind: ScopeKind, parent: Scope | undefined) {
    this.kind = kind;
    this.parent = parent;
  }

  /** The scope of the module. */
  get module(): Scope {
    return this.parent === undefined ? this : this.parent.module;
  }

  /** Notes that a name gets a value here. */
  bind(name: string, moment: Moment): void {
    const moments = this.#bindings.get(name);
    if (moments === undefined) this.#bindings.set(name, [moment]);
    else moments.push(moment);
  }

  /** Where the name gets a value in this scope. */
  momentsOf(name: string): readonly Moment[] {
    return this.#bindings.get(name) ?? [];
  }
}

/** Whether a use finds a value, given what is there before. False only if it certainly does not. */
export function isFound(use: Use, isKnown: (name: string) => boolean): boolean {
  const { name, scope } = use;
  const own = scope.momentsOf(name);
  if (own.length > 0 && !scope.foreign.has(name)) {
    if (scope.kind === 'function' && use.isImmediate)
      return own.some((moment) => mayPrecede(moment, use));
    if (scope.kind !== 'module') return true;
  }
  for (
    let outer = scope.parent;
    outer !== undefined && outer.kind !== 'module';
    outer = outer.parent
  ) {
    const moments = outer.kind === 'class' ? [] : outer.momentsOf(name);
    if (moments.length > 0) return true;
  }
  if (isKnown(name)) return true;
  const moments = scope.module.momentsOf(name);
  return isReachedAtOnce(use)
    ? moments.some((moment) => mayPrecede(moment, use))
    : moments.length > 0;
}

/** Code of the module itself, or of a class directly in it. */
function isReachedAtOnce({ scope, isImmediate }: Use): boolean {
  if (!isImmediate) return false;
  for (let one: Scope | undefined = scope; one; one = one.parent)
    if (one.kind === 'function' || one.kind === 'comprehension') return false;
  return true;
}

/** Above it, or in the same loop, which may have come round. */
function mayPrecede(binding: Moment, use: Moment): boolean {
  return (
    binding.order < use.order || (use.loop !== 0 && binding.loop === use.loop)
  );
}
