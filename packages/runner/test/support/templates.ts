/** Shell and SQL tasks made by hand. */
import { basename, join } from 'node:path';
import type {
  PythonCall,
  Relation,
  Task,
  TemplateSource,
} from '@nx-notebook/pipeline';
import { callOf, functionTask } from './tasks.js';

/** A task over a template, named after its file. */
export function templateTask(
  folder: string,
  {
    kind,
    path,
    text,
    ...more
  }: Pick<TemplateSource, 'kind' | 'path' | 'text'> &
    Partial<Pick<TemplateSource, 'searchFolders' | 'chunkSize'>> &
    Partial<Omit<Task, 'source'>>,
): Task {
  const { searchFolders = [], chunkSize, ...task } = more;
  return {
    ...functionTask(folder, 'no.function', task),
    name: task.name ?? basename(path).split('.')[0] ?? '',
    source: {
      kind,
      language: kind === 'shell' ? 'shell' : 'sql',
      path,
      absolutePath: join(folder, path),
      kernelName: 'python3',
      text,
      searchFolders,
      includes: [],
      ...(chunkSize === undefined ? {} : { chunkSize }),
    },
  };
}

/** A stamped table of the client `clients.get`. */
export function relationIn(
  folder: string,
  relation: Partial<Relation> & { readonly name: string },
  client: PythonCall = callOf(folder, 'clients.get'),
): Relation {
  return { type: 'table', isStamped: true, client, ...relation };
}
