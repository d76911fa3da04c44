/**
 * Code that brings in modules without an import statement: `importlib`, `exec`, `runpy`, unpickling, a new
 * `sys.path` or working directory, scripts run as processes. A literal target is listed; any other target means
 * that anything may be imported.
 */
import type { Node } from 'web-tree-sitter';
import { literalString, operands } from './literal-node.js';
import {
  collectPathNames,
  pathOf,
  type FoundPath,
  type PathNames,
} from './path-expression.js';
import { addModule, type Reach } from './reach.js';
import { isSystemPath, readSystemPath } from './system-path.js';
import { wordNodes, wordPattern } from './words.js';

/** Modules whose `load` imports whatever a file names. */
const PICKLING =
  /^\s*(?:from|import)\s+(?:_pickle|c?[pP]ickle|joblib|dill|cloudpickle|torch|shelve)\b/m;
const LOADERS_OF_DATA = /^(?:json|yaml|toml|tomllib|np|numpy|orjson|ujson)$/;

type Rule = 'module' | 'file' | 'code' | 'process' | 'anything';

const RULES: Readonly<Record<string, Rule>> = {
  __import__: 'module',
  import_module: 'module',
  run_module: 'module',
  run_path: 'file',
  spec_from_file_location: 'file',
  SourceFileLoader: 'file',
  load_source: 'file',
  addsitedir: 'file',
  chdir: 'file',
  exec: 'code',
  execfile: 'file',
  eval: 'code',
  iter_modules: 'anything',
  walk_packages: 'anything',
  entry_points: 'anything',
  read_pickle: 'anything',
  run_line_magic: 'anything',
  run_cell_magic: 'anything',
  run_cell: 'anything',
  Popen: 'process',
  check_call: 'process',
  check_output: 'process',
  system: 'process',
  popen: 'process',
};

const SYSTEM_PATH =
  '(?<=\\bsys\\s*\\.\\s*)path|(?<=\\bfrom\\s+sys\\s+import\\b.*)path';
const ALWAYS = [...Object.keys(RULES), 'allow_pickle', SYSTEM_PATH];

/** What the whole source says, which decides how single words are taken. */
export interface SourceContext {
  readonly names: PathNames;
  readonly isPickling: boolean;
  readonly usesProcesses: boolean;
  /** False when none of the words occurs anywhere. */
  readonly isUsed: boolean;
  /** The words that may bring in modules. */
  readonly words: RegExp;
}

/** Reads the context from the text of all cells; names follow from their trees. */
export function contextOf(text: string): SourceContext {
  const isPickling = PICKLING.test(text);
  const usesProcesses = /\bsubprocess\b/.test(text);
  const words = wordPattern([
    ...ALWAYS,
    ...(isPickling ? ['loads?', 'Unpickler'] : []),
    ...(usesProcesses ? ['run', 'call'] : []),
  ]);
  return {
    names: new Map(),
    isPickling,
    usesProcesses,
    isUsed: text.search(words) >= 0,
    words,
  };
}

/** Reads one tree. */
export function collectComputed(
  root: Node,
  {
    code,
    reach,
    context,
  }: { code: string; reach: Reach; context: SourceContext },
): void {
  if (!context.isUsed) return;
  collectPathNames(root, context.names);
  for (const node of wordNodes(root, code, context.words)) {
    if (node.parent?.type === 'exec_statement') reach.importsAnything = true;
    else if (node.type === 'identifier') collectName(node, reach, context);
  }
}

/** Files named in a command line. */
export function scriptsIn(command: string): readonly string[] {
  return (
    command.match(
      /[^\s'"`;|&<>(){}$=]+\.(?:pyw?|ipynb|sh|bash|[rR])(?![\w.])/g,
    ) ?? []
  );
}

function collectName(node: Node, reach: Reach, context: SourceContext): void {
  const name = node.text;
  if (name === 'path' && isSystemPath(node)) {
    readSystemPath(node, reach, context.names);
    return;
  }
  const rule = ruleFor(node, name, context);
  if (rule === undefined) return;
  const args = argumentsOf(node);
  if (args !== undefined) applyRule(rule, args, { reach, context });
  else if (rule !== 'process' && !isPlainImport(node))
    reach.importsAnything = true;
}

function ruleFor(
  node: Node,
  name: string,
  context: SourceContext,
): Rule | undefined {
  const object = objectOf(node);
  if (name === 'exec' || name === 'eval')
    return object === undefined || /builtins/.test(object) ? 'code' : undefined;
  if (name === 'allow_pickle')
    return node.parent?.type === 'keyword_argument' &&
      node.parent.childForFieldName('value')?.text !== 'False'
      ? 'anything'
      : undefined;
  if (/^(?:loads?|Unpickler)$/.test(name))
    return context.isPickling && !LOADERS_OF_DATA.test(object ?? '')
      ? 'anything'
      : undefined;
  if (name === 'run' || name === 'call')
    return context.usesProcesses ? 'process' : undefined;
  return Object.hasOwn(RULES, name) ? RULES[name] : undefined;
}

function applyRule(
  rule: Rule,
  args: readonly Node[],
  { reach, context }: { reach: Reach; context: SourceContext },
): void {
  const positional = args.filter(({ type }) => type !== 'keyword_argument');
  const [first] = positional;
  switch (rule) {
    case 'anything':
      reach.importsAnything = true;
      return;
    case 'module': {
      const name = first && literalString(first);
      if (name === undefined) reach.importsAnything = true;
      else addModule(reach, name);
      return;
    }
    case 'file': {
      const file = args
        .map((arg) => fileOf(arg, context.names))
        .findLast((found) => found !== undefined);
      if (file === undefined || file.isSettable) reach.importsAnything = true;
      if (file !== undefined) reach.paths.push(file.text);
      return;
    }
    case 'code':
      runCode(first, reach, context.names);
      return;
    case 'process':
      for (const arg of positional) reach.paths.push(...commandScripts(arg));
  }
}

/** A path argument; the first argument of some loaders is a module's name, so that the last path counts. */
function fileOf(arg: Node, names: PathNames): FoundPath | undefined {
  const value =
    arg.type === 'keyword_argument' ? arg.childForFieldName('value') : arg;
  return value ? pathOf(value, names) : undefined;
}

/** `exec(open('a.py').read())`, also through `compile`; a harmless literal; or anything. */
function runCode(code: Node | undefined, reach: Reach, names: PathNames): void {
  const literal = code && literalString(code);
  if (literal !== undefined) {
    if (/import|exec|eval|open|run|load/.test(literal))
      reach.importsAnything = true;
    return;
  }
  const opened = code
    ?.descendantsOfType('call')
    .filter((call) =>
      /^(?:open|Path|pathlib\.Path)$/.test(
        call.childForFieldName('function')?.text ?? '',
      ),
    );
  const [file] = (opened ?? []).flatMap((call) =>
    operands(call.childForFieldName('arguments') ?? call).slice(0, 1),
  );
  const found = file && pathOf(file, names);
  if (found === undefined) reach.importsAnything = true;
  else reach.paths.push(found.text);
  if (found?.isSettable === true) reach.importsAnything = true;
}

function commandScripts(arg: Node): readonly string[] {
  return arg
    .descendantsOfType('string_content')
    .flatMap(({ text }) => scriptsIn(text));
}

/** The arguments when the name is called: `name(...)` or `object.name(...)`. */
function argumentsOf(node: Node): readonly Node[] | undefined {
  const parent = node.parent;
  const callee = parent?.type === 'attribute' ? parent : node;
  const call = callee.parent;
  if (call?.type !== 'call') return undefined;
  if (call.childForFieldName('function')?.equals(callee) !== true)
    return undefined;
  const args = call.childForFieldName('arguments');
  return args === null ? undefined : operands(args);
}

/** The text before the dot: `importlib` of `importlib.import_module`. */
function objectOf(node: Node): string | undefined {
  const parent = node.parent;
  const isMember =
    parent?.type === 'attribute' &&
    parent.childForFieldName('attribute')?.equals(node) === true;
  return isMember ? parent.childForFieldName('object')?.text : undefined;
}

/** `from importlib import import_module`, a definition or parameter of that name: no use yet. */
function isPlainImport(node: Node): boolean {
  const parent = node.parent;
  return (
    parent?.type === 'dotted_name' && parent.parent?.type !== 'aliased_import'
  );
}
