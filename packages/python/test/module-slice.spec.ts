/**
 * Which edits of a module reach a function in it. Each case is a module, an edit, and whether the digest of `make` is
 * another one after it.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { openParser, type PythonParser } from '../src/index.js';

let parser: PythonParser;
beforeAll(async () => {
  parser = await openParser();
});

const MAKE = 'def make(product):\n    return load(product)\n';

/** Title, module, what is replaced, by what. */
type Edit = readonly [string, string, string, string];

const UNREACHED: readonly Edit[] = [
  ['another function', `${MAKE}def other():\n    return 1\n`, '1', '2'],
  [
    'an annotated function with defaults',
    `${MAKE}def other(a: Dict[str, int] | None = None, *, b: pd.DataFrame = np.nan) -> int:\n    return 1\n`,
    'return 1',
    'return 2',
  ],
  [
    'an asynchronous function',
    `${MAKE}async def other():\n    return 1\n`,
    '1',
    '2',
  ],
  [
    'a method of a plain class',
    `${MAKE}class Other:\n    """Says."""\n    size: int = 3\n    def run(self):\n        return 1\n`,
    'return 1',
    'return 2',
  ],
  [
    'a cached function',
    `from functools import lru_cache\n${MAKE}@lru_cache(maxsize=None)\ndef other():\n    return 1\n`,
    'return 1',
    'return 2',
  ],
  [
    'a data class',
    `import dataclasses\n${MAKE}@dataclasses.dataclass(frozen=True)\nclass Other:\n    x: int = 1\n`,
    '1',
    '2',
  ],
  ['a comment', `${MAKE}# one\n`, 'one', 'two'],
  [
    'a comment in it',
    `def make():\n    # one\n    return 1\n`,
    '# one',
    '# two',
  ],
  [
    'a comment of its own line more',
    `def make():\n    return 1\n`,
    '    return',
    '    # why\n    return',
  ],
  [
    'a comment at the end of a line',
    `def make():\n    return 1\n`,
    '1',
    '1  # why',
  ],
  ['a blank line', `def make():\n    x = 1\n    return x\n`, '1\n', '1\n\n'],
  ['blanks at the end of a line', `def make():\n    return 1\n`, '1', '1  '],
  [
    'what only a run as a script does',
    `${MAKE}if __name__ == "__main__":\n    make(1)\n`,
    '1)',
    '2)',
  ],
  [
    'a member of the same name',
    `def make(df):\n    return df.clean(other=1)\ndef clean():\n    return 1\ndef other():\n    return 1\n`,
    'def clean():\n    return 1',
    'def clean():\n    return 2',
  ],
  [
    'a name in __all__',
    `__all__ = ["make", "other"]\n${MAKE}def other():\n    return 1\n`,
    'return 1',
    'return 2',
  ],
  [
    'a name in a docstring',
    `def make():\n    """Not like other."""\ndef other():\n    return 1\n`,
    'return 1',
    'return 2',
  ],
  [
    'another function below the folder of the module',
    `from pathlib import Path\nROOT = Path(__file__).resolve().parent\n${MAKE}def other():\n    return 1\n`,
    'return 1',
    'return 2',
  ],
];

const REACHED: readonly Edit[] = [
  ['its body', `def make():\n    return 1\n`, '1', '2'],
  ['its default', `def make(a=1):\n    return a\n`, '1', '2'],
  ['its docstring', `def make():\n    """one"""\n`, 'one', 'two'],
  [
    'a blank line in a text',
    `def make():\n    return """a\nb"""\n`,
    'a\n',
    'a\n\n',
  ],
  ['a # in a text', `def make():\n    return "# one"\n`, 'one', 'two'],
  ['a function that it calls', `${MAKE}def load(x):\n    return 1\n`, '1', '2'],
  [
    'a function that it calls through another',
    `${MAKE}def load(x):\n    return deep()\ndef deep():\n    return 1\n`,
    '1',
    '2',
  ],
  [
    'a function in its default',
    `def make(how=load):\n    pass\ndef load():\n    return 1\n`,
    '1',
    '2',
  ],
  [
    'a function in its annotation',
    `def make(a: "load"):\n    pass\ndef load():\n    return 1\n`,
    '1',
    '2',
  ],
  [
    'its decorator',
    `@twice\ndef make():\n    pass\ndef twice(f):\n    return 1\n`,
    '1',
    '2',
  ],
  [
    'a function that is named in a text',
    `def make(df):\n    df.query("a > @limit()")\ndef limit():\n    return 1\n`,
    '1',
    '2',
  ],
  [
    'a function in an f-string',
    'def make():\n    return f"{load()}"\ndef load():\n    return 1\n',
    '1',
    '2',
  ],
  [
    'a base class of a class that it uses',
    `def make():\n    return A()\nclass A(B):\n    pass\nclass B:\n    x = 1\n`,
    '1',
    '2',
  ],
  ['a constant', `X = 1\n${MAKE}`, '1', '2'],
  [
    'a constant that is changed in place',
    `X = []\nX += [1]\n${MAKE}`,
    '[1]',
    '[2]',
  ],
  ['a call at the top level', `setup(1)\n${MAKE}`, '1', '2'],
  [
    'a function that the top level calls',
    `${MAKE}def setup():\n    return 1\nsetup()\n`,
    '1',
    '2',
  ],
  ['an import', `import numpy as np\n${MAKE}`, 'numpy', 'pandas'],
  [
    'an import in another branch',
    `try:\n    import a as load\nexcept ImportError:\n    import b as load\n${MAKE}`,
    'b as',
    'c as',
  ],
  [
    'an import for type checking',
    `if TYPE_CHECKING:\n    import a\n${MAKE}`,
    'import a',
    'import b',
  ],
  [
    'a conditional definition',
    `if X:\n    def load(x):\n        return 1\n${MAKE}`,
    '1',
    '2',
  ],
  [
    'a second definition',
    `${MAKE}def make(product):\n    return 1\n`,
    '1',
    '2',
  ],
  [
    'an earlier definition',
    `def load(x):\n    return 1\nload = wrap(load)\n${MAKE}`,
    '1',
    '2',
  ],
  [
    'a patched module',
    `import json\njson.dumps = other\ndef other():\n    return 1\n${MAKE}`,
    '1',
    '2',
  ],
  [
    'a function with a decorator that may register it',
    `${MAKE}@register\ndef other():\n    return 1\n`,
    '1',
    '2',
  ],
  [
    'a decorator of the name of a known one',
    `def cache(f):\n    ALL.append(f)\n${MAKE}@cache\ndef other():\n    return 1\n`,
    '1',
    '2',
  ],
  [
    'a known decorator from elsewhere',
    `from mine import lru_cache\n${MAKE}@lru_cache\ndef other():\n    return 1\n`,
    '1',
    '2',
  ],
  [
    'a default that is computed',
    `${MAKE}def other(a=register(1)):\n    pass\n`,
    '1',
    '2',
  ],
  [
    'an annotation that is computed',
    `${MAKE}def other(a: register(1)):\n    pass\n`,
    '1',
    '2',
  ],
  [
    'a subclass that its base class sees',
    `from base import Base\n${MAKE}class Other(Base):\n    x = 1\n`,
    '1',
    '2',
  ],
  [
    'a class with a metaclass',
    `${MAKE}class Other(metaclass=Meta):\n    x = 1\n`,
    '1',
    '2',
  ],
  [
    'a class whose body runs',
    `${MAKE}class Other:\n    register(1)\n`,
    '1',
    '2',
  ],
  [
    'a member that is told of its class',
    `${MAKE}class Other:\n    x = FIELD\n    y = 1\n`,
    '1',
    '2',
  ],
  [
    'a hook for missing names',
    `def make():\n    return 0\ndef __getattr__(name):\n    return 1\n`,
    '1',
    '2',
  ],
  [
    'a loop at the top level',
    `for i in range(1):\n    pass\n${MAKE}`,
    '1',
    '2',
  ],
  [
    'a with at the top level',
    `with opened(1) as f:\n    pass\n${MAKE}`,
    '1',
    '2',
  ],
  [
    'what runs unless it is a script',
    `if __name__ == "__main__":\n    pass\nelse:\n    setup(1)\n${MAKE}`,
    '1',
    '2',
  ],
  [
    'a nested function',
    `def make():\n    def inner():\n        return 1\n    return inner()\n`,
    '1',
    '2',
  ],
  [
    'a name with letters that Python folds',
    `def make():\n    return ﬁx()\ndef fix():\n    return 1\n`,
    '1',
    '2',
  ],
  [
    'a function with a name outside of ASCII',
    `def make():\n    return größe()\ndef größe():\n    return 1\n`,
    '1',
    '2',
  ],
  [
    'a continued line',
    'def make():\n    return 1\nx = 1 \\\n\n-load(1)\n',
    '\\\n\n-',
    '\\\n-',
  ],
  [
    'the encoding',
    `# coding: latin-1\n${MAKE}def other():\n    return 'ä'\n`,
    'latin-1',
    'cp1252',
  ],
  [
    'a module that does not parse',
    `${MAKE}def other(:\n    return 1\n`,
    '1',
    '2',
  ],
];

const OTHER = 'def other():\n    return 1\n';

const WHOLE: readonly (readonly [string, string])[] = [
  ['globals()', 'def make(n):\n    return globals()[n]()\n'],
  ['eval', 'def make(n):\n    return eval(n)\n'],
  ['exec', 'def make(n):\n    exec(n)\n'],
  [
    'sys.modules',
    'import sys\ndef make(n):\n    getattr(sys.modules[__name__], n)()\n',
  ],
  [
    'modules of sys',
    'from sys import modules as m\ndef make(n):\n    getattr(m[__name__], n)()\n',
  ],
  ['__import__', 'def make(n):\n    __import__(__name__).other()\n'],
  ['a frame', 'import sys\ndef make():\n    sys._getframe(1)\n'],
  ['inspect', 'import inspect\ndef make():\n    return inspect.stack()\n'],
  ['its own text', 'def make():\n    return open(__file__).read()\n'],
  ['a star import', 'from x import *\ndef make():\n    return load()\n'],
  [
    'a helper that does so',
    'def make():\n    helper()\ndef helper():\n    return vars()\n',
  ],
  ['__globals__', 'def make():\n    return make.__globals__\n'],
];

function digestOf(text: string): string {
  return parser.readDefinition(text, 'make').digest;
}

function edited([, text, from, to]: Edit): string {
  expect(text.includes(from)).toBe(true);
  const at = text.lastIndexOf(from);
  return text.slice(0, at) + to + text.slice(at + from.length);
}

describe('another digest is not needed after an edit of', () => {
  it.each(UNREACHED.map((edit) => [edit[0], edit] as const))(
    '%s',
    (_title, edit) => {
      expect(digestOf(edited(edit))).toBe(digestOf(edit[1]));
    },
  );
});

describe('the digest is another one after an edit of', () => {
  it.each(REACHED.map((edit) => [edit[0], edit] as const))(
    '%s',
    (_title, edit) => {
      expect(digestOf(edited(edit))).not.toBe(digestOf(edit[1]));
    },
  );
});

describe('the whole module counts because of', () => {
  it.each(WHOLE)('%s', (_title, text) => {
    const before = parser.readDefinition(text + OTHER, 'make');
    const after = parser.readDefinition(text + OTHER.replace('1', '2'), 'make');
    expect(before.isWhole).toBe(true);
    expect(after.digest).not.toBe(before.digest);
  });
});

it('the slices of two functions of a module are different ones', () => {
  const text = `${MAKE}${OTHER}`;
  expect(parser.readDefinition(text, 'other').digest).not.toBe(
    parser.readDefinition(text, 'make').digest,
  );
});

it('imports are those of the slice', () => {
  const text = `import a\ndef make():\n    import b\ndef other():\n    import c\n`;
  const { facts } = parser.readDefinition(text, 'make');
  expect(facts.imports.map(({ module }) => module)).toEqual(['a', 'b']);
});
