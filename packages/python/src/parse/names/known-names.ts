/**
 * Names that are there before any code runs: Python's built-in ones of all versions that are supported, those of
 * IPython, and those that kernels of clusters have.
 */

const builtins = `ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError
BrokenPipeError BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError
ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning EnvironmentError
Exception ExceptionGroup False FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError
ImportError ImportWarning IndentationError IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt
LookupError MemoryError ModuleNotFoundError NameError None NotADirectoryError NotImplemented NotImplementedError OSError
OverflowError PendingDeprecationWarning PermissionError ProcessLookupError PythonFinalizationError RecursionError
ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError SyntaxWarning
SystemError SystemExit TabError TimeoutError True TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError
UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning WindowsError ZeroDivisionError
__build_class__ __builtins__ __debug__ __doc__ __file__ __import__ __loader__ __name__ __package__ __spec__ __path__
__annotations__ __annotate__ __module__ __qualname__ __class__ __dict__ __firstlineno__ __static_attributes__
abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex copyright
credits delattr dict dir divmod enumerate eval exec exit filter float format frozenset getattr globals hasattr hash help
hex id input int isinstance issubclass iter len license list locals map max memoryview min next object oct open ord pow
print property quit range repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip`;

const ipython = `display get_ipython In Out _ __ ___ _i _ii _iii _ih _oh _dh _sh _exit_code __IPYTHON__ __magic__`;

/** Kernels of Spark and of hosted notebooks define these. */
const clusters = `spark sc sqlContext sqlc dbutils displayHTML`;

/** Magics that may be written without their percent sign. */
const automagics = `alias autoreload bookmark cat cd clear colors conda config cp dhist dirs doctest_mode edit env
history less ll load load_ext ls lx macro magic man matplotlib mkdir more mv notebook page pdb pdoc pfile pinfo pip popd
pprint prun psearch psource pushd pwd pycat pylab quickref recall rehashx reload_ext rep rerun reset rm rmdir run save
sx system tb time timeit unalias unload_ext who who_ls whos xdel xmode`;

/** Names of Python 2, which code for both versions uses after asking for the version. */
const python2 = `unicode basestring xrange raw_input long unichr reduce file cmp reload execfile apply buffer intern
coerce`;

function wordsIn(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}

const always = new Set([
  ...wordsIn(builtins),
  ...wordsIn(ipython),
  ...wordsIn(clusters),
  ...wordsIn(automagics),
]);
const old = wordsIn(python2);
const asksForVersion =
  /\b(?:version_info|PY2|PY3|hexversion|python_version|sys\s*\.\s*version|six)\b/;

/** Says whether a name is there before the code runs. */
export function knownNames(text: string): (name: string) => boolean {
  const isForBoth = asksForVersion.test(text);
  return (name) =>
    always.has(name) ||
    /^_(?:i?\d+)$/.test(name) ||
    (isForBoth && old.has(name));
}

/** Whether a line may be a magic without its sign, such as `pip install pandas`: no Python, but it runs. */
export function isAutomagic(line: string): boolean {
  const [, word = ''] =
    /^([a-z_]+)[ \t]+[^\s=.,([{:+*/%|&^<>]/.exec(line) ?? [];
  return wordsIn(automagics).has(word);
}
