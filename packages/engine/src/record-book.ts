/**
 * Run records on disk: one JSON file per task. A file that is missing, cut, of another version or of another task is no
 * record. Knows nothing of what records mean.
 */
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failure, success, type Result } from '@nx-notebook/notebook';
import { writeFileAtomically } from '@nx-notebook/store';
import { KEY_VERSION } from './key-data.js';
import type { RecordBook, RunRecord } from './run-record.js';
import { inFolder, taskPath, type TaskName } from './state-folder.js';
import { messageOf } from './thrown.js';

/** Opens the run records below a folder; creates nothing before the first write. */
export function openRecordBook(folder: string): RecordBook {
  const fileOf = (name: TaskName): string => `${taskPath(folder, name)}.json`;
  return {
    async read(name) {
      const text = await readFile(fileOf(name), 'utf8').catch(() => undefined);
      const record = text === undefined ? undefined : parseRecord(text);
      return record !== undefined && isOf(record, name) ? record : undefined;
    },
    async write(record): Promise<Result<undefined, string>> {
      const { project, variant = '', task } = record;
      const file = fileOf({ project, variant, task });
      try {
        const text = `${JSON.stringify(record, null, 1)}\n`;
        await inFolder(dirname(file), () => writeFileAtomically(file, text));
        return success(undefined);
      } catch (error) {
        return failure(messageOf(error));
      }
    },
  };
}

function isOf(record: RunRecord, name: TaskName): boolean {
  const { project, variant = '', task } = record;
  return (
    project === name.project && variant === name.variant && task === name.task
  );
}

function parseRecord(text: string): RunRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // A cut file, after a power loss for example.
  }
  return isRunRecord(value) ? value : undefined;
}

/** Checks what decisions are made of; the file is ours, and its version says that the rest has the right shape. */
function isRunRecord(value: unknown): value is RunRecord {
  if (typeof value !== 'object' || value === null) return false;
  const record: Partial<Record<keyof RunRecord, unknown>> = value;
  return (
    record.version === 1 &&
    typeof record.project === 'string' &&
    typeof record.task === 'string' &&
    typeof record.key === 'string' &&
    typeof record.executionMs === 'number' &&
    ['string', 'undefined'].includes(typeof record.variant) &&
    ['string', 'undefined'].includes(typeof record.relationStamp) &&
    Array.isArray(record.products) &&
    Array.isArray(record.cells) &&
    Array.isArray(record.reasons) &&
    ['executed', 'restored', 'failed'].includes(String(record.status)) &&
    isKeyData(record.keyData)
  );
}

/** Key data of other versions is kept too: the explanation names the change of version. */
function isKeyData(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    Number(value.version) <= KEY_VERSION
  );
}
