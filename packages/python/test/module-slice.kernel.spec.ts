/**
 * Slices against Python: when an edit of a module changes what a function of it gives, the digest is another one. Modules
 * are made at random from the ways in which one definition reaches another.
 */
import { beforeAll, expect, it } from '@jest/globals';
import { openParser, type PythonParser } from '../src/index.js';
import { askPython } from './python-process.js';
import { seeded, type Random } from './random.js';

let parser: PythonParser;
beforeAll(async () => {
  parser = await openParser();
});

/** What `make` gives after importing a module of each text; the kind of the failure if there is one. */
const RUN = `
import json, sys, types
def run(text):
    module = types.ModuleType("fns")
    module.__file__ = "/fns.py"
    sys.modules["fns"] = module
    try:
        exec(compile(text, "/fns.py", "exec"), module.__dict__)
        return repr(module.make())
    except Exception as error:
        return type(error).__name__
print(json.dumps([run(text) for text in json.load(sys.stdin)]))
`;

type Way = (name: string, other: string, n: number) => string;

/** One definition of `name`, which reaches `other`, with a number that an edit changes. */
const WAYS: readonly Way[] = [
  (name, other, n) => `def ${name}():\n    return [${n}, ${other}()]\n`,
  (name, other, n) =>
    `def ${name}(f=None):\n    return [${n}, (f or ${other})()]\n`,
  (name, other, n) =>
    `def ${name}(f=lambda: ${other}()):\n    return [${n}, f()]\n`,
  (name, other, n) =>
    `def ${name}():\n    return [${n}, globals()["${other}"]()]\n`,
  (name, other, n) => `def ${name}():\n    return [${n}, eval("${other}()")]\n`,
  (name, other, n) =>
    `def ${name}():\n    import sys\n    return [${n}, getattr(sys.modules[__name__], "${other.slice(0, 1)}" + "${other.slice(1)}")()]\n`,
  (name, other, n) => `def ${name}():\n    return f"{${n}}{${other}()}"\n`,
  (name, other, n) =>
    `class ${name}:\n    def __repr__(self):\n        return str([${n}, ${other}()])\n`,
  (name, other, n) => `${name} = lambda: [${n}, ${other}()]\n`,
  (name, other, n) =>
    `if True:\n    def ${name}():\n        return [${n}, ${other}()]\n`,
  (name, other, n) =>
    `try:\n    import nowhere\nexcept ImportError:\n    def ${name}():\n        return [${n}, ${other}()]\n`,
  (name, other, n) =>
    `def ${name}_(k=${n}):\n    return [k, ${other}()]\n${name} = ${name}_\n`,
  (name, _, n) => `def ${name}():\n    return ${n}\n`,
  (name, _, n) => `def ${name}():\n    return [${n}, list(REGISTRY)]\n`,
  (name, other, n) =>
    `@register\ndef ${name}():\n    return [${n}]\ndef ${name}__():\n    return ${other}()\n`,
  (name, other, n) =>
    `class ${name}_(Base):\n    n = ${n}\ndef ${name}():\n    return ${other}()\n`,
  (name, _, n) => `def ${name}(x=REGISTRY.append(${n})):\n    return ${n}\n`,
  (name, _, n) =>
    `def ${name}():\n    global LATER\n    LATER = ${n}\n    return LATER\n`,
  (name, other, n) =>
    `from functools import lru_cache\n@lru_cache(maxsize=None)\ndef ${name}():\n    return [${n}, ${other}()]\n`,
  (name, other, n) =>
    `def ${name}() -> "int":\n    """Calls ${other}."""\n    # ${n}\n    return [${n},\n\n            ${other}()]\n`,
  (name, other, n) =>
    `async def ${name}_():\n    return [${n}, ${other}()]\ndef ${name}():\n    try:\n        ${name}_().send(None)\n    except StopIteration as end:\n        return end.value\n`,
  (name, other, n) =>
    `def ${name}():\n    def inner():\n        return [${n}, ${other}()]\n    return inner()\n`,
  (name, other, n) =>
    `def ${name}():\n    return [${n}, [${other}() for _ in range(2)]]\n`,
  (name, _, n) =>
    `def ${name}():\n    return [${n}, sorted(k for k in Base.seen)]\n`,
  (name, _, n) =>
    `def ${name}():\n    return ${name}.__doc__\n${name}.__doc__ = str(${n})\n`,
];

const HEAD = `REGISTRY = []
def register(f):
    REGISTRY.append(f())
    return f
class Base:
    seen = []
    def __init_subclass__(cls):
        Base.seen.append(getattr(cls, "n", 0))
`;

interface Edit {
  readonly before: string;
  readonly after: string;
}

function randomEdit(random: Random): Edit {
  const names = ['make', 'alpha', 'beta', 'gamma', 'delta'];
  const definitions = names.map((name, index) => {
    const way = random.pick(WAYS);
    const later = names.slice(index + 1);
    const other = later.length === 0 ? 'int' : random.pick(later);
    return {
      rank: random.below(1000),
      write: (n: number) => way(name, other, n),
    };
  });
  const edited = random.pick(definitions);
  const ordered = [...definitions].sort((a, b) => a.rank - b.rank);
  const text = (n: number): string =>
    HEAD + ordered.map((one) => one.write(one === edited ? n : 1)).join('');
  return { before: text(10), after: text(11) };
}

it('an edit that changes what a function gives changes its digest', () => {
  const random = seeded(5);
  const edits = Array.from({ length: 400 }, () => randomEdit(random));
  const answers = askPython(
    RUN,
    edits.flatMap(({ before, after }) => [before, after]),
  ) as readonly string[];
  const digestOf = (text: string): string =>
    parser.readDefinition(text, 'make').digest;
  let kept = 0;
  const wrong = edits.filter(({ before, after }, index) => {
    const isSame = answers[2 * index] === answers[2 * index + 1];
    const isKept = digestOf(before) === digestOf(after);
    if (isKept) kept += 1;
    return isKept && !isSame;
  });
  expect(wrong).toEqual([]);
  expect(kept).toBeGreaterThan(30);
});
