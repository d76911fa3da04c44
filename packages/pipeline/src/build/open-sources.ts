/**
 * Finds and reads the sources of tasks; each file once, however many tasks have it.
 */
import { dirname, basename } from 'node:path';
import { didYouMean } from '../suggest.js';
import {
  readDocument,
  type DocumentContext,
  type SourceDocument,
} from '../source/source-document.js';
import type { TaskSpec } from '../spec/pipeline-spec.js';
import type { TaskPath } from '../pipeline.js';
import { resolveTaskPath } from '../task-path.js';
import type { WorkspaceFiles } from '../workspace-files.js';
import type { BuildContext } from './build-context.js';
import { explainUnreadable } from './unreadable.js';

/** A source that was found and read. */
export interface OpenedSource extends TaskPath {
  readonly document: SourceDocument;
}

/** Opens sources of one pipeline. */
export class Sources {
  readonly #folder: string;
  readonly #files: WorkspaceFiles;
  readonly #context: DocumentContext;
  readonly #documents = new Map<string, SourceDocument | undefined>();

  constructor(
    { folder, files, problems, facts, convert }: BuildContext,
    extracted: DocumentContext['extracted'],
  ) {
    this.#folder = folder;
    this.#files = files;
    this.#context = { problems, facts, convert, extracted };
  }

  /** The notebook or script, or undefined after reporting why there is none. */
  async open({
    source,
    sourceFolder,
  }: Pick<TaskSpec, 'source' | 'sourceFolder'>): Promise<
    OpenedSource | undefined
  > {
    const { location } = source;
    const { problems } = this.#context;
    const resolved = resolveTaskPath(
      { text: source.value, base: sourceFolder, folder: this.#folder },
      this.#files,
    );
    if ('code' in resolved) {
      problems.error({ ...resolved, location });
      return undefined;
    }
    const { absolutePath } = resolved;
    if (!this.#documents.has(absolutePath)) {
      const outcome = this.#files.read(absolutePath);
      if (!outcome.ok) {
        const { message, hint } = explainUnreadable(
          outcome.reason,
          source.value,
        );
        problems.error({
          code: 'source-not-readable',
          message,
          hint:
            outcome.reason === 'missing'
              ? this.#suggest(source.value, absolutePath, hint)
              : hint,
          location,
        });
        return undefined;
      }
      this.#documents.set(
        absolutePath,
        await readDocument(outcome.file, this.#context),
      );
    }
    const document = this.#documents.get(absolutePath);
    return document && { ...resolved, document };
  }

  /** The nearest name of a file in the folder where the source should be. */
  #suggest(written: string, absolutePath: string, otherwise: string): string {
    const folder = dirname(absolutePath);
    const name = basename(absolutePath);
    const suggestion = didYouMean(name, this.#files.list(folder), otherwise);
    return suggestion === otherwise
      ? otherwise
      : suggestion.replace('"', `"${written.slice(0, -name.length)}`);
  }
}
