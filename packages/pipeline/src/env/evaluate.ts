/**
 * Evaluates a template over Python's values, as Jinja does. Names come from the caller; nothing can be reached that is
 * not a value, and the work is bounded.
 */
import type { PyValue } from '@nx-notebook/python';
import {
  constants,
  isComparison,
  isComparisonNode,
  itemAt,
  loopState,
  missing,
  range,
} from './expression-parts.js';
import { applyFilter, applyTest, type FilterArguments } from './filters.js';
import { namesIn } from './free-names.js';
import { callMethod, hasMethod } from './methods.js';
import { binary, sign, toNumber } from './operators.js';
import type { TemplateNode } from './template-syntax.js';
import {
  isTrue,
  itemsOf,
  numberIn,
  plain,
  str,
  TemplateError,
  textOfValue,
  typeName,
  type TemplateValue,
} from './template-value.js';

/** How a template is rendered. */
export interface RenderOptions {
  /** The value of a name that the template does not set. */
  readonly lookUp: (name: string) => TemplateValue;
  /** What is printed for an undefined value; undefined makes it a mistake. */
  readonly onUndefined?: (message: string) => string;
}

/** The text of a template, or what is wrong with it. */
export type RenderAnswer =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };

/** Nodes that one template may evaluate: loops in loops would block every Nx command. */
const mostWork = 50_000;

/** Renders a template. */
export function renderTemplate(
  body: readonly TemplateNode[],
  options: RenderOptions,
): RenderAnswer {
  try {
    return { ok: true, text: new Evaluation(options).render(body) };
  } catch (error) {
    if (error instanceof TemplateError)
      return { ok: false, message: error.message };
    throw error;
  }
}

class Evaluation {
  readonly #options: RenderOptions;
  #scope = new Map<string, TemplateValue>();
  #work = 0;

  constructor(options: RenderOptions) {
    this.#options = options;
  }

  render(body: readonly TemplateNode[]): string {
    let text = '';
    for (const node of body) {
      text += this.#statement(node);
      if (text.length > 1_000_000)
        throw new TemplateError('the result is too large');
    }
    return text;
  }

  #count(): void {
    this.#work += 1;
    if (this.#work > mostWork) throw new TemplateError('it has too much to do');
  }

  #statement(node: TemplateNode): string {
    this.#count();
    if (node.type === 'Comment') return '';
    if (node.type === 'If')
      return this.render(this.#isTrue(node.test) ? node.body : node.alternate);
    if (node.type === 'For') return this.#loop(node);
    if (node.type === 'Set') {
      const value =
        node.value === null
          ? str(this.render(node.body))
          : this.#evaluate(node.value);
      this.#assign(node.assignee, value);
      return '';
    }
    return this.#print(this.#evaluate(node));
  }

  #print(value: TemplateValue): string {
    if (value.kind === 'undefined' && this.#options.onUndefined !== undefined)
      return this.#options.onUndefined(value.message);
    return textOfValue(plain(value));
  }

  #loop(node: TemplateNode & { readonly type: 'For' }): string {
    const { iterable } = node;
    const isFiltered = iterable.type === 'SelectExpression';
    const items = itemsOf(this.#value(isFiltered ? iterable.lhs : iterable));
    const outer = this.#scope;
    let text = '';
    let index = 0;
    for (const item of items) {
      this.#count();
      this.#scope = new Map(outer);
      this.#assign(node.loopvar, item);
      if (isFiltered && !this.#isTrue(iterable.test)) continue;
      this.#scope.set('loop', loopState(index, items.length));
      text += this.render(node.body);
      index += 1;
    }
    this.#scope = outer;
    return index === 0 ? this.render(node.defaultBlock) : text;
  }

  #assign(target: TemplateNode, value: TemplateValue): void {
    if (target.type === 'Identifier') {
      this.#scope.set(target.value, value);
      return;
    }
    const names = namesIn(target);
    const items = itemsOf(plain(value));
    if (names.length === 0 || names.length !== items.length)
      throw new TemplateError('the names do not fit the values');
    names.forEach((name, index) => {
      this.#scope.set(name, items[index] ?? { kind: 'none' });
    });
  }

  #isTrue(node: TemplateNode): boolean {
    return this.#truth(this.#evaluate(node));
  }

  #truth(value: TemplateValue): boolean {
    if (value.kind === 'undefined' && this.#options.onUndefined !== undefined)
      return false;
    return isTrue(plain(value));
  }

  #value(node: TemplateNode): PyValue {
    return plain(this.#evaluate(node));
  }

  #evaluate(node: TemplateNode): TemplateValue {
    this.#count();
    switch (node.type) {
      case 'StringLiteral':
        return str(node.value);
      case 'IntegerLiteral':
        return toNumber(BigInt(Math.trunc(node.value)));
      case 'FloatLiteral':
        return toNumber(node.value);
      case 'Identifier':
        return constants[node.value] ?? this.#name(node.value);
      case 'ArrayLiteral':
      case 'TupleLiteral':
        return {
          kind: node.type === 'ArrayLiteral' ? 'list' : 'tuple',
          items: node.value.map((item) => this.#value(item)),
        };
      case 'ObjectLiteral':
        return {
          kind: 'dict',
          entries: [...node.value].map(
            ([key, value]) => [this.#value(key), this.#value(value)] as const,
          ),
        };
      case 'MemberExpression':
        return this.#member(node);
      case 'CallExpression':
        return this.#call(node);
      case 'BinaryExpression':
        return this.#binary(node);
      case 'UnaryExpression':
        return node.operator.value === 'not'
          ? { kind: 'bool', value: !this.#isTrue(node.argument) }
          : sign(node.operator.value, this.#value(node.argument));
      case 'FilterExpression':
        return this.#filter(node);
      case 'TestExpression': {
        const answer = applyTest(node.test.value, this.#evaluate(node.operand));
        return { kind: 'bool', value: answer !== node.negate };
      }
      case 'Ternary':
        return this.#evaluate(
          this.#isTrue(node.condition) ? node.trueExpr : node.falseExpr,
        );
      case 'SelectExpression':
        return this.#isTrue(node.test)
          ? this.#evaluate(node.lhs)
          : {
              kind: 'undefined',
              message: 'the condition is false, and there is no "else"',
            };
      case 'Comment':
      case 'If':
      case 'For':
      case 'Set':
      case 'Macro':
      case 'CallStatement':
      case 'FilterStatement':
      case 'SliceExpression':
      case 'KeywordArgumentExpression':
        throw new TemplateError(`"${node.type}" is not supported here`);
    }
  }

  #name(name: string): TemplateValue {
    const known = this.#scope.get(name);
    if (known !== undefined) return known;
    return name === 'range' ? { kind: 'range' } : this.#options.lookUp(name);
  }

  #binary(
    node: TemplateNode & { readonly type: 'BinaryExpression' },
  ): TemplateValue {
    const operator = node.operator.value;
    if (operator === 'and' || operator === 'or') {
      const left = this.#evaluate(node.left);
      const isDecided = this.#truth(left) === (operator === 'or');
      return isDecided ? left : this.#evaluate(node.right);
    }
    if (isComparison(operator) && isComparisonNode(node.left))
      throw new TemplateError(
        'chained comparisons are not supported; use "and"',
      );
    return binary(operator, this.#value(node.left), this.#value(node.right));
  }

  #member(
    node: TemplateNode & { readonly type: 'MemberExpression' },
  ): TemplateValue {
    const object = this.#evaluate(node.object);
    const { property } = node;
    if (property.type === 'SliceExpression') {
      return this.#slice(plain(object), property);
    }
    const key =
      node.computed || property.type !== 'Identifier'
        ? this.#value(property)
        : str(property.value);
    const name = key.kind === 'str' ? key.value : undefined;
    if (object.kind === 'environ') {
      if (name === 'get' && !node.computed)
        return { kind: 'method', receiver: object, name };
      const value = name === undefined ? undefined : object.read(name);
      return value === undefined
        ? missing(`the environment variable "${name ?? ''}" is not set`)
        : str(value);
    }
    const receiver = plain(object);
    // `a.b` looks for an attribute first, `a['b']` for an item.
    const isMethod = name !== undefined && hasMethod(receiver, name);
    if (isMethod && !node.computed) return { kind: 'method', receiver, name };
    return (
      itemAt(receiver, key) ??
      (isMethod
        ? { kind: 'method', receiver, name }
        : missing(
            `'${typeName(receiver)} object' has no ${key.kind === 'int' ? 'element' : 'attribute'} '${textOfValue(key)}'`,
          ))
    );
  }

  #slice(
    value: PyValue,
    { start, stop, step }: TemplateNode & { readonly type: 'SliceExpression' },
  ): PyValue {
    if (step !== undefined)
      throw new TemplateError('slices with a third number are not supported');
    const bound = (node: TemplateNode | undefined): number | undefined => {
      if (node === undefined) return undefined;
      const number = numberIn(this.#value(node));
      if (typeof number !== 'bigint')
        throw new TemplateError('slices need whole numbers');
      return Number(number);
    };
    const items = itemsOf(value).slice(bound(start), bound(stop));
    if (value.kind === 'str') return str(items.map(textOfValue).join(''));
    return { kind: value.kind === 'tuple' ? 'tuple' : 'list', items };
  }

  #arguments(nodes: readonly TemplateNode[]): FilterArguments {
    const positional: PyValue[] = [];
    const named = new Map<string, PyValue>();
    for (const node of nodes) {
      if (node.type === 'KeywordArgumentExpression')
        named.set(node.key.value, this.#value(node.value));
      else positional.push(this.#value(node));
    }
    return { positional, named };
  }

  #filter({
    operand,
    filter,
  }: TemplateNode & { readonly type: 'FilterExpression' }): TemplateValue {
    const value = this.#evaluate(operand);
    const isCall = filter.type === 'CallExpression';
    const name = isCall ? filter.callee : filter;
    return applyFilter(
      name.type === 'Identifier' ? name.value : '',
      value,
      this.#arguments(isCall ? filter.args : []),
    );
  }

  #call(
    node: TemplateNode & { readonly type: 'CallExpression' },
  ): TemplateValue {
    const callee = this.#evaluate(node.callee);
    const { positional } = this.#arguments(node.args);
    if (callee.kind === 'range') return range(positional);
    if (callee.kind === 'undefined') throw new TemplateError(callee.message);
    if (callee.kind !== 'method')
      throw new TemplateError(`"${typeName(callee)}" can not be called`);
    const { receiver, name } = callee;
    if (receiver.kind !== 'environ')
      return callMethod(receiver, name, positional);
    const [variable, otherwise] = positional;
    const found =
      variable?.kind === 'str' ? receiver.read(variable.value) : undefined;
    return found === undefined ? (otherwise ?? { kind: 'none' }) : str(found);
  }
}
