/**
 * Makes the key of a task from what stands on disk now. Runs no Python and writes nothing. What can't be known is a
 * failure, never a guess: a key that leaves something out would hand out wrong results.
 */
import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { cellsDigest, success, type Result } from '@nx-notebook/notebook';
import {
  callsOf,
  productsOf,
  relationName,
  type PythonCall,
  type Task,
  type TaskSource,
} from '@nx-notebook/pipeline';
import { pythonRepr } from '@nx-notebook/python';
import type { Digest } from '@nx-notebook/store';
import hash from 'object-hash';

import { givenText, textsOf } from './given-text.js';
import {
  KEY_VERSION,
  type KeyData,
  type KeyedCall,
  type KeyedProduct,
} from './key-data.js';
import { KeyInputs } from './key-inputs.js';
import type { KeyParts } from './key-parts.js';
import { posixPath, pythonPart } from './key-python.js';
import { relationOf } from './relation.js';
import type { TaskFailure } from './task-failure.js';
import type { TaskRef } from './task-runner.js';

/** A key with what it was made of. */
export interface TaskKey {
  readonly key: string;
  readonly keyData: KeyData;
  /** Absolute paths of the files and folders whose content is in the key. */
  readonly inputs: readonly string[];
  /** Something in the key is there for one build only: nobody else can make use of the result. */
  readonly isForOnce: boolean;
  /** Absolute paths of code that was edited since the pipeline was loaded: Python runs another text than the key has. */
  readonly edited: readonly string[];
}

/** The key of a task as everything stands now, or why there is none. */
export async function computeKey(
  ref: TaskRef,
  parts: KeyParts,
): Promise<Result<TaskKey, TaskFailure>> {
  const inputs = new KeyInputs(ref, parts);
  const upstream = await inputs.upstream();
  if (!upstream.ok) return upstream;
  const resources = await inputs.resources();
  if (!resources.ok) return resources;
  const templates = await inputs.templates();
  const python = await pythonPart(ref, parts, (path) => inputs.digest(path));
  if (!python.ok) return python;
  const edited = await inputs.editedCode();
  const { source } = ref.task;
  const given = givenText(ref);
  const keyData: KeyData = {
    version: KEY_VERSION,
    kind: source.kind,
    source: sourceDigest(source),
    language: source.language,
    params: given.params,
    injected: sha256(given.source),
    products: keyedProducts(ref.task),
    upstream: upstream.value,
    calls: Object.fromEntries(
      callsOf(ref.task).map(({ role, call }) => [role, keyedCall(call)]),
    ),
    templates,
    resources: resources.value,
    options: optionsOf(ref),
    ...python.value,
  };
  const { paths, isForOnce } = inputs;
  const key = keyOf(keyData);
  return success({ key, keyData, inputs: paths, isForOnce, edited });
}

/** The hash that names a task's result. */
export function keyOf(keyData: KeyData): string {
  return hash(keyData, { algorithm: 'sha256' });
}

/** Digest of the code itself. */
function sourceDigest(source: TaskSource): Digest {
  switch (source.kind) {
    case 'notebook':
    case 'script':
      return cellsDigest(source.notebook);
    case 'function':
    case 'hook':
      return source.call.digest;
    case 'shell':
    case 'sql-script':
    case 'sql-dump':
      return sha256(source.text);
  }
}

function keyedProducts(task: Task): KeyData['products'] {
  const relation = relationOf(task);
  if (relation !== undefined) {
    const path = relationName(relation);
    return { relation: { path, format: relation.type } };
  }
  return Object.fromEntries(
    productsOf(task).map(
      ({ key, path, isNotebook, exporter }): [string, KeyedProduct] => {
        const format = exporter ?? (isNotebook ? 'notebook' : undefined);
        return [key, { path, ...(format === undefined ? {} : { format }) }];
      },
    ),
  );
}

function keyedCall({ dottedPath, digest, kwargs }: PythonCall): KeyedCall {
  return {
    function: dottedPath,
    digest,
    arguments: Object.fromEntries(
      textsOf(kwargs).map(({ name, value }) => [name, value]),
    ),
  };
}

/** Limits of time and what is only printed change no result. */
function optionsOf({ pipeline, task }: TaskRef): KeyData['options'] {
  const { source, cwd } = task;
  const folder = posixPath(relative(pipeline.folder, cwd));
  const exports = source.kind === 'notebook' ? source.exportOptions : [];
  const chunkSize = 'chunkSize' in source ? source.chunkSize : undefined;
  return {
    ...(folder === '' ? {} : { 'working folder': folder }),
    ...(chunkSize === undefined ? {} : { 'chunk size': String(chunkSize) }),
    ...Object.fromEntries(
      exports.map(({ name, value }) => [
        `export option \`${name}\``,
        pythonRepr(value),
      ]),
    ),
  };
}

function sha256(text: string): Digest {
  return createHash('sha256').update(text).digest('hex');
}
