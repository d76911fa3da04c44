/**
 * Follows a name to the local file that defines it, through `from .module import name`. Reports what Python would
 * refuse when it imports it.
 */
import { hash } from 'node:crypto';
import type { Location } from '@nx-notebook/notebook';
import type { Definition } from '@nx-notebook/python';
import { explainUnreadable } from '../build/unreadable.js';
import type { CodeFile } from '../pipeline.js';
import { didYouMean } from '../suggest.js';
import { toTaskPath } from '../task-path.js';
import { TextFile } from '../text-file.js';
import type { CallContext } from './call-context.js';
import type { DottedPath } from './dotted-path.js';
import {
  findImportedModule,
  findLocalModule,
  type ModuleLookup,
} from './local-modules.js';
import { readDefinition } from './read-definition.js';

/** A name that a local file defines. */
export interface LocalDefinition {
  readonly file: CodeFile;
  /** For places in the file. */
  readonly text: TextFile;
  readonly definition: Definition;
}

/** What a dotted path means. */
export type DefinitionLookup =
  | { readonly status: 'local'; readonly found: LocalDefinition }
  | { readonly status: 'installed' }
  | { readonly status: 'refused' };

/** A name that is passed on more often goes in circles. */
const longestWay = 20;

/** Finds the definition behind a dotted path; reports why there is none. */
export async function findDefinition(
  path: DottedPath,
  location: Location,
  context: CallContext,
): Promise<DefinitionLookup> {
  const lookup = findLocalModule(path.module, context);
  switch (lookup.status) {
    case 'found': {
      const found = await readNamed(lookup.file, path.name, context);
      if ('unreadable' in found) {
        context.problems.error({
          code: 'module-not-readable',
          message: `An error occured when trying to import dotted path '${path.text}': ${found.unreadable}`,
          hint: found.hint,
          location,
        });
        return { status: 'refused' };
      }
      if (found.definition.kind === 'absent') {
        reportAbsent(path, found, { lookup, location, context });
        return { status: 'refused' };
      }
      return { status: 'local', found: await followed(found, context) };
    }
    case 'folder':
    case 'missing':
      reportMissing(path, lookup, { location, context });
      return { status: 'refused' };
    case 'elsewhere':
      warnOfTypo(path, lookup.siblings, { location, context });
      return { status: 'installed' };
  }
}

async function readNamed(
  file: string,
  name: string,
  { files, folder, facts }: CallContext,
): Promise<LocalDefinition | { unreadable: string; hint: string }> {
  const path = toTaskPath(folder, file);
  const outcome = files.read(file);
  if (!outcome.ok) {
    const { message, hint } = explainUnreadable(outcome.reason, path);
    return { unreadable: message, hint };
  }
  const { text } = outcome.file;
  const code = text.replace(/^\uFEFF/, '');
  return {
    file: { path, absolutePath: file, fileDigest: hash('sha256', text) },
    text: new TextFile(file, code),
    definition: await readDefinition(code, name, facts),
  };
}

/** The definition where it really stands; where it can't be followed, the last one that could. */
async function followed(
  first: LocalDefinition,
  context: CallContext,
): Promise<LocalDefinition> {
  let last = first;
  for (let way = 0; way < longestWay; way += 1) {
    const { kind, origin } = last.definition;
    const [name] = origin?.names ?? [];
    if (kind !== 'imported' || origin === undefined || name === undefined)
      break;
    const lookup = findImportedModule(origin, last.file.absolutePath, context);
    if (lookup.status !== 'found') break;
    const next = await readNamed(lookup.file, name, context);
    if ('unreadable' in next || next.definition.kind === 'absent') break;
    last = next;
  }
  return last;
}

interface Report {
  readonly location: Location;
  readonly context: CallContext;
}

function reportAbsent(
  { module, name }: DottedPath,
  { file, definition }: LocalDefinition,
  {
    lookup,
    location,
    context: { problems, files },
  }: Report & { readonly lookup: ModuleLookup & { status: 'found' } },
): void {
  const isModule = lookup.packages.some(
    (folder) =>
      files.check(`${folder}/${name}.py`) === undefined ||
      files.check(`${folder}/${name}`) === 'folder',
  );
  problems.error({
    code: 'unknown-function',
    message: `Could not get '${name}' from module '${module}' (loaded '${module}' from '${file.path}'). Ensure it is defined in such module.`,
    hint: isModule
      ? `"${module}.${name}" is a module: add the name of a function in it.`
      : didYouMean(
          name,
          definition.names,
          `Define "${name}" in ${file.path}, or correct the name.`,
        ),
    location,
  });
}

function reportMissing(
  { text, module }: DottedPath,
  lookup: ModuleLookup & { status: 'folder' | 'missing' },
  { location, context: { problems } }: Report,
): void {
  if (lookup.status === 'folder') {
    problems.error({
      code: 'unknown-module',
      message: `An error occured when trying to import dotted path '${text}': '${module}' is a folder, not a module.`,
      hint: 'Write the module, a dot and the function: "folder.module.function".',
      location,
    });
    return;
  }
  const { missing, siblings } = lookup;
  const part = missing.replace(/^.*\./, '');
  problems.error({
    code: 'unknown-module',
    message: `An error occured when trying to import dotted path '${text}': No module named '${missing}'.`,
    hint: didYouMean(part, siblings, `Create the module, or correct the name.`),
    location,
  });
}

/** What is not here may be installed; a name that is nearly that of a module here more likely is a typo. */
function warnOfTypo(
  { text, module }: DottedPath,
  siblings: readonly string[],
  { location, context: { problems } }: Report,
): void {
  const [top = ''] = module.split('.', 1);
  const hint = didYouMean(top, siblings, '');
  if (hint === '') return;
  problems.warning({
    code: 'maybe-unknown-module',
    message: `No module named '${top}' is in the folder of the pipeline, so '${text}' is taken as installed.`,
    hint,
    location,
  });
}
