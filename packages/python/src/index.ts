/** Public surface of @nx-notebook/python. */
export type * from './value.js';
export type * from './facts.js';
export { castString } from './literal/cast-string.js';
export {
  parsePythonLiteral,
  type LiteralResult,
} from './literal/parse-literal.js';
export { floatRepr } from './text/float-repr.js';
export { pythonRepr } from './text/python-repr.js';
export { toPythonSource, type SourceText } from './text/python-source.js';
export { toRSource } from './text/r-source.js';
export {
  FACTS_VERSION,
  openParser,
  type PythonParser,
} from './parse/open-parser.js';
export {
  createImportResolver,
  type ImportQuery,
  type ImportResolverOptions,
  type ReachedImports,
  type ResolveImports,
} from './imports/resolve-imports.js';
export type { PythonInterpreter } from './environment/interpreter.js';
export {
  findPython,
  type PythonLookup,
  type PythonQuery,
} from './environment/find-python.js';
export {
  distributionClosure,
  distributionsReachedBy,
  editableRoots,
  installedDistributions,
  type Distribution,
  type DistributionIndex,
} from './environment/distributions.js';
export { kernelSetup, type KernelQuery } from './environment/kernel-setup.js';
export {
  openConverter,
  type Conversion,
  type ConvertNotebook,
  type ConverterOptions,
  type ForeignNotebook,
} from './jupytext/convert.js';
