/**
 * What a pipeline.yaml says, typed but not resolved: no file has been looked at yet.
 */
import type { Location } from '@nx-notebook/notebook';
import type { LateValue } from '../pipeline.js';
import type { TextFile } from '../text-file.js';
import type { YamlEntry, YamlNode } from '../yaml/yaml-node.js';

/** A value and the place where it was written. */
export interface Located<T> {
  readonly value: T;
  readonly location: Location;
}

/** The settings below `meta`, with their defaults. */
export interface MetaSpec {
  readonly extractUpstream: boolean;
  readonly extractProduct: boolean;
  readonly productRelativeToSource: boolean;
  /** Task class -> product class, from `product_default_class`; only what the file says. */
  readonly productDefaultClass: ReadonlyMap<string, Located<string>>;
  /** Absolute folder that relative sources resolve in, from `source_loader`; templates also import from it. */
  readonly loaderFolder?: string;
}

/** A `product:`, wherever it was written. The paths are as written. */
export type ProductDeclaration =
  | { readonly kind: 'single'; readonly path: Located<string> }
  | {
      readonly kind: 'mapping';
      readonly paths: readonly (readonly [string, Located<string>])[];
      readonly location: Location;
    };

/** A parameter, `resources_` included, before it is known whether the task's language can hold its value. */
export interface ParamSpec {
  readonly name: string;
  readonly location: Location;
  readonly value: YamlNode;
}

/** Dotted paths of user functions, as written (`hooks.check`, or a mapping with `dotted_path`). */
export interface HookSpecs {
  readonly onRender?: YamlNode;
  readonly onFinish?: YamlNode;
  readonly onFailure?: YamlNode;
}

/** One task. Nodes are as written, with placeholders replaced and strings cast. */
export interface TaskSpec {
  /** The file that the task stands in; another one than pipeline.yaml when it was imported. */
  readonly file: TextFile;
  /** Where the task stands. */
  readonly location: Location;
  readonly name: Located<string>;
  readonly source: Located<string>;
  /** Absolute folder that the source is relative to. */
  readonly sourceFolder: string;
  /** From `class:`, else by the source. */
  readonly className: TaskClass;
  readonly productClass?: Located<string>;
  readonly grid?: YamlNode;
  readonly hooks: HookSpecs;
  readonly client?: YamlNode;
  readonly productClient?: YamlNode;
  /** `none` opts out of the pipeline's. */
  readonly serializer?: YamlNode | 'none';
  readonly unserializer?: YamlNode | 'none';
  /** Keys of the class's constructor by name (`nb_product_key`, `static_analysis`, `chunksize`, ...); known, of the right type. */
  readonly options: ReadonlyMap<string, YamlEntry>;
  /** As written; absent when it is read from the source, or missing. */
  readonly product?: YamlNode;
  readonly params: readonly ParamSpec[];
  /** Absent when it is read from the source. */
  readonly upstream?: readonly Located<string>[];
  readonly kernelName?: string;
  readonly taskTimeoutMs?: number;
  readonly cellTimeoutMs?: number;
  /** Ids of the late placeholders that stand in this task. */
  readonly late: readonly string[];
}

/** Task classes that are executed. */
export type TaskClass =
  | 'NotebookRunner'
  | 'ScriptRunner'
  | 'PythonCallable'
  | 'ShellScript'
  | 'SQLScript'
  | 'SQLDump';

/** The whole file. */
export interface PipelineSpec {
  readonly meta: MetaSpec;
  readonly hooks: HookSpecs;
  /** Class of tasks or products -> client. */
  readonly clients: ReadonlyMap<string, YamlEntry>;
  readonly serializer?: YamlNode;
  readonly unserializer?: YamlNode;
  readonly tasks: readonly TaskSpec[];
  /** Names of all tasks before grids are expanded, those included that were refused: other tasks may well ask for them. */
  readonly names: readonly string[];
  /** Late placeholders anywhere in the pipeline. */
  readonly late: readonly LateValue[];
  /** Ids of the late placeholders outside of the tasks, which all tasks depend on. */
  readonly sharedLate: readonly string[];
}
