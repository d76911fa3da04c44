/**
 * Writes the executed notebook to all products that hold it: as .ipynb, and in other formats by nbconvert. All formats
 * are made in a temporary folder before any product is written, so that a failed export leaves no product behind.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { TaskFailure } from '@nx-notebook/engine';
import { writeNotebook, type Notebook } from '@nx-notebook/notebook';
import {
  productsOf,
  type NotebookSource,
  type Product,
} from '@nx-notebook/pipeline';
import { writeFileAtomically } from '@nx-notebook/store';
import { runLowered } from '../lowered-run.js';
import { encodeParams } from '../payload-value.js';
import type { RunContext } from '../run-context.js';

/** Writes them; gives the failure if one of them can't be made or written. */
export async function writeNotebookProducts(
  context: RunContext,
  source: NotebookSource,
  executed: Notebook,
): Promise<TaskFailure | undefined> {
  const products = productsOf(context.request.task).filter(
    ({ isNotebook }) => isNotebook,
  );
  const text = writeNotebook(executed);
  if (products.every(({ exporter }) => exporter === undefined))
    return await writeAll(context, products, () => Promise.resolve(text));
  const folder = await mkdtemp(join(tmpdir(), 'nx-notebook-export-'));
  try {
    const notebook = join(folder, 'notebook.ipynb');
    await writeFile(notebook, text);
    const failure = await exportInto(folder, { context, source, products });
    return (
      failure ??
      (await writeAll(context, products, ({ exporter }, index) =>
        readFile(exporter === undefined ? notebook : fileOf(folder, index)),
      ))
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function exportInto(
  folder: string,
  {
    context,
    source,
    products,
  }: {
    readonly context: RunContext;
    readonly source: NotebookSource;
    readonly products: readonly Product[];
  },
): Promise<TaskFailure | undefined> {
  const outcome = await runLowered(quiet(context), {
    entry: 'export',
    subject: 'The export of the notebook',
    payload: {
      notebook: join(folder, 'notebook.ipynb'),
      options: encodeParams(source.exportOptions),
      products: products.flatMap(({ exporter, path }, index) =>
        exporter === undefined
          ? []
          : [{ exporter, path, file: fileOf(folder, index) }],
      ),
    },
  });
  return outcome.status === 'failed' ? outcome.failure : undefined;
}

function fileOf(folder: string, index: number): string {
  return join(folder, `product-${index}`);
}

/** The cells of the notebook were told; the export is none. */
function quiet(context: RunContext): RunContext {
  const { observer } = context;
  return {
    ...context,
    observer: {
      cellStarted: () => undefined,
      streamed: (text) => {
        observer.streamed(text);
      },
      cellFinished: () => undefined,
    },
  };
}

async function writeAll(
  { workspaceRoot }: RunContext,
  products: readonly Product[],
  contentOf: (product: Product, index: number) => Promise<string | Uint8Array>,
): Promise<TaskFailure | undefined> {
  for (const [index, product] of products.entries()) {
    const path = product.absolutePath;
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFileAtomically(path, await contentOf(product, index));
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return {
        reason: 'product-unwritable',
        path,
        message: `The executed notebook ${relative(workspaceRoot, path)} could not be written: ${problem}`,
        hint: 'Make room or correct the permissions, then run again.',
      };
    }
  }
  return undefined;
}
