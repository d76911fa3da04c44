/**
 * Reads the syntax of Jinja templates. The library @huggingface/jinja parses; it is loaded at the first template that is
 * more than names in double braces, since most are no more. What its nodes mean is decided elsewhere: no code is made
 * of a template.
 */
/** What is used of the library; its own types can't be loaded from CommonJS. */
interface JinjaParser {
  tokenize(text: string): unknown;
  parse(tokens: unknown): { readonly body: readonly TemplateNode[] };
}

/** A node of a template: what stands between braces, or text. */
export type TemplateNode =
  | { readonly type: 'StringLiteral'; readonly value: string }
  | { readonly type: 'IntegerLiteral' | 'FloatLiteral'; readonly value: number }
  | { readonly type: 'Identifier'; readonly value: string }
  | { readonly type: 'Comment' }
  | {
      readonly type: 'ArrayLiteral' | 'TupleLiteral';
      readonly value: readonly TemplateNode[];
    }
  | {
      readonly type: 'ObjectLiteral';
      readonly value: ReadonlyMap<TemplateNode, TemplateNode>;
    }
  | {
      readonly type: 'MemberExpression';
      readonly object: TemplateNode;
      readonly property: TemplateNode;
      readonly computed: boolean;
    }
  | {
      readonly type: 'SliceExpression';
      readonly start?: TemplateNode;
      readonly stop?: TemplateNode;
      readonly step?: TemplateNode;
    }
  | {
      readonly type: 'CallExpression';
      readonly callee: TemplateNode;
      readonly args: readonly TemplateNode[];
    }
  | {
      readonly type: 'KeywordArgumentExpression';
      readonly key: { readonly value: string };
      readonly value: TemplateNode;
    }
  | {
      readonly type: 'BinaryExpression';
      readonly operator: { readonly value: string };
      readonly left: TemplateNode;
      readonly right: TemplateNode;
    }
  | {
      readonly type: 'UnaryExpression';
      readonly operator: { readonly value: string };
      readonly argument: TemplateNode;
    }
  | {
      readonly type: 'FilterExpression';
      readonly operand: TemplateNode;
      readonly filter: TemplateNode;
    }
  | {
      readonly type: 'TestExpression';
      readonly operand: TemplateNode;
      readonly negate: boolean;
      readonly test: { readonly value: string };
    }
  | {
      readonly type: 'Ternary';
      readonly condition: TemplateNode;
      readonly trueExpr: TemplateNode;
      readonly falseExpr: TemplateNode;
    }
  | {
      readonly type: 'SelectExpression';
      readonly lhs: TemplateNode;
      readonly test: TemplateNode;
    }
  | {
      readonly type: 'If';
      readonly test: TemplateNode;
      readonly body: readonly TemplateNode[];
      readonly alternate: readonly TemplateNode[];
    }
  | {
      readonly type: 'For';
      readonly loopvar: TemplateNode;
      readonly iterable: TemplateNode;
      readonly body: readonly TemplateNode[];
      readonly defaultBlock: readonly TemplateNode[];
    }
  | {
      readonly type: 'Set';
      readonly assignee: TemplateNode;
      readonly value: TemplateNode | null;
      readonly body: readonly TemplateNode[];
    }
  /** Parsed, but without a meaning in a value of a pipeline. */
  | { readonly type: 'Macro' | 'CallStatement' | 'FilterStatement' };

/** The nodes of a template, or what is wrong with its syntax. */
export type TemplateAnswer =
  | { readonly ok: true; readonly body: readonly TemplateNode[] }
  | { readonly ok: false; readonly message: string };

/** Values are one line or two; what is longer would only keep the parser busy. */
const longest = 20_000;
const deepest = 60;

/** Whether a text may be a template at all. */
export function looksLikeTemplate(text: string): boolean {
  return /\{[{%#]/.test(text);
}

/** Parses a template. */
export function parseTemplate(text: string): TemplateAnswer {
  const simple = parseNames(text);
  if (simple !== undefined) return { ok: true, body: simple };
  if (text.length > longest)
    return { ok: false, message: `it is longer than ${longest} characters` };
  if (nesting(text) > deepest)
    return { ok: false, message: `it is nested deeper than ${deepest} levels` };
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- at the first use only, see above
  const jinja = require('@huggingface/jinja') as JinjaParser;
  try {
    const { body } = jinja.parse(jinja.tokenize(text));
    return { ok: true, body };
  } catch (error) {
    // The library throws for every mistake in a template, and TypeErrors where one ends too early.
    const { message } = error as Error;
    return {
      ok: false,
      message:
        error instanceof SyntaxError
          ? sentence(message)
          : 'it ends too early or has a character too many',
    };
  }
}

function sentence(message: string): string {
  return (
    message.slice(0, 1).toLowerCase() + message.slice(1).replace(/\.$/, '')
  );
}

const constants =
  /^(?:true|false|none|True|False|None|not|and|or|in|is|if|else)$/;

/** The nodes of a template that has nothing but text and `{{ a.b }}`. */
function parseNames(text: string): readonly TemplateNode[] | undefined {
  if (/\{[%#]|\n$/.test(text)) return undefined;
  const body: TemplateNode[] = [];
  const pattern = /\{\{\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*\}\}/g;
  let end = 0;
  for (let found; (found = pattern.exec(text)) !== null;) {
    const before = text.slice(end, found.index);
    const [first = '', ...rest] = (found[1] ?? '').split('.');
    if (before.includes('{{') || constants.test(first)) return undefined;
    if (before !== '') body.push({ type: 'StringLiteral', value: before });
    body.push(
      rest.reduce<TemplateNode>(
        (object, value) => ({
          type: 'MemberExpression',
          object,
          property: { type: 'Identifier', value },
          computed: false,
        }),
        { type: 'Identifier', value: first },
      ),
    );
    end = pattern.lastIndex;
  }
  const after = text.slice(end);
  if (after.includes('{{')) return undefined;
  if (after !== '') body.push({ type: 'StringLiteral', value: after });
  return body;
}

/** How deep brackets and blocks may be nested; also words that the parser recurses at count. */
function nesting(text: string): number {
  let depth = 0;
  let most = 0;
  for (const [piece] of text.matchAll(
    /[([{]|[)\]}]|\b(?:not|else|if|for)\b|[-+]/g,
  )) {
    if (/[)\]}]/.test(piece)) depth -= 1;
    else depth += 1;
    most = Math.max(most, depth);
  }
  return most;
}
