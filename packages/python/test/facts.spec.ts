/** What is found in notebook cells and modules, by table. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { openParser, type PythonParser } from '../src/index.js';

let parser: PythonParser;
beforeAll(async () => {
  parser = await openParser();
});

/** Imports as short texts: `a.b`, `..a: b, c`. */
const importsOf = (cells: readonly string[]): readonly string[] =>
  parser
    .analyzeCells(cells)
    .imports.map(
      ({ module, level, names }) =>
        '.'.repeat(level) +
        module +
        (names.length > 0 ? `: ${names.join(', ')}` : ''),
    );

/** `a/b` for a path of subscripts, `anything` when nothing is certain. */
const upstreamOf = (...cells: string[]): string | readonly string[] => {
  const use = parser.analyzeCells(cells).upstreamUse;
  return use.kind === 'anything'
    ? use.kind
    : use.paths.map((path) => path.join('/'));
};

describe('imports', () => {
  it.each<[string, readonly string[]]>([
    ['import a.b as c, d', ['a.b', 'd']],
    ['from a import (b as c,\n  d)', ['a: b, d']],
    ['from . import x', ['.: x']],
    ['from ..a.b import c', ['..a.b: c']],
    ['from a import *', ['a: *']],
    ['from __future__ import annotations', ['__future__: annotations']],
    ['try:\n  import a\nexcept ImportError:\n  import b', ['a', 'b']],
    ['if TYPE_CHECKING:\n  from a import B', ['a: B']],
    ['def f():\n  import a', ['a']],
    ['import a . b', ['a.b']],
    ['"""import a"""  # import b', []],
    ['import importlib\nimportlib.import_module("a.b")', ['importlib', 'a.b']],
    ['__import__("a")', ['a']],
    ['%time import a', ['a']],
    ['%%time\nimport a', ['a']],
    ['%%capture out\n%matplotlib inline\nimport a', ['a', 'matplotlib']],
    ['%%bash\nimport a', []],
    ['%%unknown\nimport a', ['a']],
    ['%load_ext a', ['a']],
    ['%run -m a.b', ['a.b']],
    ['x = !ls\nimport a', ['a']],
    ['if x:\n    !ls\nimport a', ['a']],
    ['!ls \\\n  import\nimport a', ['a']],
    ['x = ("""\n%time import b\n""" \n  % y)\nimport a', ['a']],
    ['x = (1 # (\n% y)\nimport a', ['a']],
    ['df?\n?df\nimport a', ['a']],
  ])('of %j', (cell, expected) => {
    expect(importsOf([cell])).toEqual(expected);
    expect(parser.findSyntaxError([cell])).toBeUndefined();
  });

  it('of several cells, each once, in order', () => {
    expect(importsOf(['import b', 'import a\nimport b'])).toEqual(['b', 'a']);
  });
});

describe('importsAnything', () => {
  it.each([
    'import importlib\nimportlib.import_module(name)',
    'from importlib import import_module as load\nload("a")',
    'from importlib import import_module\nlist(map(import_module, names))',
    '__import__(name)',
    'exec(code)',
    'exec("import a")',
    'eval(text)',
    'import runpy\nrunpy.run_path(path)',
    'import joblib\njoblib.load(upstream["fit"]["model"])',
    'from pickle import load\nload(file)',
    'import pandas as pd\npd.read_pickle("a.pkl")',
    'import numpy as np\nnp.load("a.npy", allow_pickle=True)',
    'import sys\nsys.path.append(folder)',
    'import sys\nfolder = "../src"\nsys.path.append(folder)',
    'import sys\npaths = sys.path\npaths.append("src")',
    'from sys import path\npath.append("src")',
    'import os\nos.chdir(folder)',
    '%run {script}',
    'this does not parse',
  ])('is true for %j', (cell) => {
    expect(parser.analyzeCells([cell]).importsAnything).toBe(true);
  });

  it.each([
    'from importlib import import_module',
    'df.eval("a + b")\nengine.exec("x")',
    'import json, joblib\njson.load(file)',
    'import joblib\njoblib.dump(model, "m.joblib")',
    'import numpy as np\nnp.load("a.npy")',
    'import torch\ntorch.manual_seed(1)',
    'load(file)',
    'import sys\nprint(sys.path)\nsys.path.pop(0)\n"a" in sys.path',
    'eval("1 + 1")',
    'print(1)',
  ])('is false for %j', (cell) => {
    expect(parser.analyzeCells([cell]).importsAnything).toBe(false);
  });
});

describe('paths', () => {
  it.each<[string, readonly string[]]>([
    ['import sys\nsys.path.insert(0, "src")', ['src']],
    ['import sys\nsys.path.append("..")', ['..']],
    ['import sys\nsys.path.extend(["a", "b"])', ['a', 'b']],
    ['import sys\nsys.path += ["a"]', ['a']],
    ['import sys\nsys.path[:0] = ["a"]', ['a']],
    ['import sys\nsys.path = ["a"] + sys.path', ['a']],
    ['import sys\nsys.path = ["a", *sys.path]', ['a']],
    ['import os, sys\nsys.path.append(os.path.abspath("../src"))', ['../src']],
    [
      'import os, sys\nsys.path.append(os.path.join(os.getcwd(), "..", "src"))',
      ['../src'],
    ],
    ['import sys\nsys.path.append(str(Path.cwd().parent / "src"))', ['../src']],
    [
      'import sys\nROOT = Path("..").resolve()\nsys.path.append(str(ROOT / "lib"))',
      ['../lib'],
    ],
    [
      'import sys\nsys.path.append(str(Path(__file__).parents[1] / "lib"))',
      ['__file__/../../lib'],
    ],
    ['import sys\nsys.path.append(os.path.dirname(__file__))', ['__file__/..']],
    ['import site\nsite.addsitedir("vendor")', ['vendor']],
    ['import os\nos.chdir("sub")', ['sub']],
    ['%cd sub', ['sub']],
    ['%run other.py', ['other.py']],
    ['%run -i other', ['other.py']],
    ['%run "a b.ipynb" 1 2', ['a b.ipynb']],
    ['%load snippet.py', ['snippet.py']],
    ['exec(open("a.py").read())', ['a.py']],
    ['exec(compile(open("a.py").read(), "a.py", "exec"))', ['a.py']],
    ['exec(Path("a.py").read_text())', ['a.py']],
    ['import runpy\nrunpy.run_path("a.py")', ['a.py']],
    [
      'from importlib.util import spec_from_file_location\nspec_from_file_location("m", "lib/m.py")',
      ['lib/m.py'],
    ],
    [
      'import subprocess, sys\nsubprocess.run([sys.executable, "a.py", "x"])',
      ['a.py'],
    ],
    ['import os\nos.system("python a.py > log.txt")', ['a.py']],
    ['!python a.py --out x.csv', ['a.py']],
    ['%%bash\npython a.py\nsh b.sh', ['a.py', 'b.sh']],
    ['product = "out/a.ipynb"\nrun("a.py")', []],
  ])('of %j', (cell, expected) => {
    expect(parser.analyzeCells([cell]).paths).toEqual(expected);
  });

  it('knows names of earlier cells', () => {
    const cells = [
      'from pathlib import Path\nROOT = Path("..")',
      'import sys\nsys.path.append(f"{ROOT}")\nsys.path.append(str(ROOT / "src"))',
    ];
    expect(parser.analyzeCells(cells)).toMatchObject({
      paths: ['../src'],
      importsAnything: true,
    });
  });
});

describe('upstreamUse', () => {
  it.each<[string, string | readonly string[]]>([
    ['print(1)', []],
    ['upstream = ["a", "b"]', []],
    ['upstream = None', []],
    ['pd.read_csv(upstream["a"]["data"])', ['a/data']],
    ["upstream['a']['data']; upstream['a']['data']", ['a/data']],
    ['upstream["a"]', ['a']],
    ['upstream["fit-*"]["fit-0"]["nb"]', ['fit-*/fit-0/nb']],
    ['x = upstream["a"]\nx["data"]', ['a']],
    ['upstream["a"][key]', ['a']],
    ['upstream["a"].items()', ['a']],
    ['upstream["a" "b"]', ['ab']],
    ['upstream["a" + "b"]', ['ab']],
    [`f"{upstream['a']['data']}"`, ['a/data']],
    ['%time df = read(upstream["a"]["data"])', ['a/data']],
    ['def f(upstream):\n  return upstream["b"]\nf(x)', ['b']],
    ['if upstream is None:\n  pass\nif upstream:\n  pass', []],
    ['if "a" in upstream:\n  pass', []],
    ['self.upstream\nf(upstream=1)', []],
    ['"""What upstream tasks give."""  # upstream', []],
    ['df.eval("a + b")\ncursor.exec("x")', []],
    ['for x in upstream:\n  pass', 'anything'],
    ['u = upstream', 'anything'],
    ['f(upstream)', 'anything'],
    ['f(a=upstream)', 'anything'],
    ['f(**upstream)', 'anything'],
    ['upstream.get("a")', 'anything'],
    ['upstream[name]', 'anything'],
    ['upstream[0]', 'anything'],
    ['upstream[f"{x}"]', 'anything'],
    ['upstream["a", "b"]', 'anything'],
    ['(upstream)["a"]', 'anything'],
    ['del upstream', 'anything'],
    ['del upstream["a"]', 'anything'],
    ['upstream += ["a"]', 'anything'],
    ['f"{upstream}"', 'anything'],
    ['[x for x in upstream.values()]', 'anything'],
    ['x = upstream or {}', 'anything'],
    ['lambda: upstream', 'anything'],
    ['match upstream:\n  case _: pass', 'anything'],
    ['globals()["ups" + "tream"]', 'anything'],
    ['locals()', 'anything'],
    ['vars()["x"]', 'anything'],
    ['eval("ups" + "tream")', 'anything'],
    ['exec(code)', 'anything'],
    ['import builtins\nbuiltins.globals()', 'anything'],
    ['import sys\nsys.modules["__main__"]', 'anything'],
    ['import __main__', 'anything'],
    ['from IPython import get_ipython', 'anything'],
    ['df.query("a == @upstream")', 'anything'],
    ['template("{upstream}")', 'anything'],
    ['pd.eval("upstream[0]")', 'anything'],
    ['!cat {upstream["a"]}', 'anything'],
    ['!echo $upstream', 'anything'],
    ['%%bash -s "$upstream"\ncat $1', 'anything'],
    ['%whos', 'anything'],
    ['%run -i other.py', 'anything'],
    ['%store upstream', 'anything'],
    ['%%custom\nx', 'anything'],
    ['upstream?', 'anything'],
    ['%time f(upstream)', 'anything'],
    ['upstream["a"', 'anything'],
  ])('of %j', (cell, expected) => {
    expect(upstreamOf(cell)).toEqual(expected);
  });

  it('collects over cells', () => {
    expect(
      upstreamOf('upstream = ["a"]', 'upstream["a"]["x"]', 'upstream["b"]'),
    ).toEqual(['a/x', 'b']);
    expect(upstreamOf('upstream["a"]["x"]', 'print(upstream)')).toBe(
      'anything',
    );
  });
});

describe('analyzeModule', () => {
  it('takes nothing for a magic', () => {
    const facts = parser.analyzeModule('import a\n!ls\n');
    expect(facts.importsAnything).toBe(true);
    expect(facts.imports.map(({ module }) => module)).toEqual(['a']);
  });
});

describe('findSyntaxError', () => {
  it('points at the first error', () => {
    expect(parser.findSyntaxError(['x = 1', 'y = 2\nz = = 3'])).toEqual({
      cell: 1,
      line: 2,
      column: 5,
      length: 1,
    });
    expect(parser.findSyntaxError(['await f()', 'x = !ls'])).toBeUndefined();
  });
});
