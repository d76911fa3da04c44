/**
 * Shell and SQL scripts with placeholders. They are read and scanned here; rendering is the business of a run.
 */
import type { Location } from '@nx-notebook/notebook';
import type { CallContext } from '../calls/call-context.js';
import type { TemplateSource } from '../pipeline.js';
import type { Problems } from '../problems.js';
import type { Located, MetaSpec, TaskSpec } from '../spec/pipeline-spec.js';
import type { TextRange } from '../text-file.js';
import type { YamlNode } from '../yaml/yaml-node.js';

/** What opening a template needs. */
export interface TemplateContext extends CallContext {
  readonly meta: MetaSpec;
}

/** A product that a template declares: `{% set product = SQLRelation(['name', 'table']) %}`. */
export interface TemplateProduct {
  readonly node: YamlNode;
  readonly className: string;
  readonly locate: (range: TextRange) => Location;
}

/** A template that a task renders. */
export interface OpenedTemplate {
  readonly source: TemplateSource;
  /** Names in `upstream['name']` and `upstream.name`, each once, in order. */
  readonly upstream: readonly Located<string>[];
  /** Only if products are read from sources. */
  readonly product?: TemplateProduct;
}

/** What a task gives to its template. */
export interface GivenPlaceholders {
  readonly params: readonly string[];
  readonly problems: Problems;
}

/** The template of a task, or undefined after reporting why there is none. */
export function openTemplate(
  _spec: TaskSpec,
  _context: TemplateContext,
): Promise<OpenedTemplate | undefined> {
  return Promise.resolve(undefined);
}

/** Reports placeholders without a value, and params that no placeholder uses. */
export function checkPlaceholders(
  _opened: OpenedTemplate,
  _given: GivenPlaceholders,
): void {}
