/**
 * Finds the files below `params.resources_`.
 */
import type { Location } from '@nx-notebook/notebook';
import type { Resource } from '../pipeline.js';
import type { Problems } from '../problems.js';
import { resolveTaskPath } from '../task-path.js';
import { textIn, type YamlNode } from '../yaml/yaml-node.js';
import type { WorkspaceFiles } from '../workspace-files.js';
import { explainUnreadable } from './unreadable.js';

/** Where a resource is looked for. */
export interface ResourcePlace {
  readonly location: Location;
  readonly folder: string;
  /** What paths are relative to. */
  readonly root: string;
  readonly files: WorkspaceFiles;
  readonly problems: Problems;
}

/** The resource, or undefined after reporting why it is none. */
export function findResource(
  name: string,
  node: YamlNode,
  { location, folder, root, files, problems }: ResourcePlace,
): Resource | undefined {
  const head = `Error reading params.resources_ with key '${name}'`;
  const text = textIn(node);
  if (text === undefined) {
    problems.error({
      code: 'invalid-resources',
      message: `${head}: it must be the path of a file.`,
      hint: 'Write a path relative to the folder of pipeline.yaml.',
      location,
    });
    return undefined;
  }
  const resolved = resolveTaskPath({ text, base: root, folder }, files);
  if ('code' in resolved) {
    problems.error({
      ...resolved,
      message: `${head}: ${lowerFirst(resolved.message)}`,
      location,
    });
    return undefined;
  }
  const refused = files.check(resolved.absolutePath);
  if (refused !== undefined) {
    const { message, hint } = explainUnreadable(refused, text);
    problems.error({
      code: 'invalid-resources',
      message: `${head}: ${lowerFirst(message)}`,
      hint,
      location,
    });
    return undefined;
  }
  return { name, ...resolved };
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
