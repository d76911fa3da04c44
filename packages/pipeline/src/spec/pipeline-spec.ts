/**
 * What a pipeline.yaml says, typed but not resolved: no file has been looked at yet.
 */
import type { Location } from '@nx-notebook/notebook';
import type { YamlNode } from '../yaml/yaml-node.js';

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

/** One task. */
export interface TaskSpec {
  /** Where the task stands. */
  readonly location: Location;
  readonly name: Located<string>;
  readonly source: Located<string>;
  /** As written; absent when it is read from the source, or missing. */
  readonly product?: YamlNode;
  readonly params: readonly ParamSpec[];
  /** Absent when it is read from the source. */
  readonly upstream?: readonly Located<string>[];
  readonly kernelName?: string;
  readonly taskTimeoutMs?: number;
  readonly cellTimeoutMs?: number;
}

/** The whole file. */
export interface PipelineSpec {
  readonly meta: MetaSpec;
  readonly tasks: readonly TaskSpec[];
  /** Names of all tasks, those included that were refused: other tasks may well ask for them. */
  readonly names: readonly string[];
}
