/**
 * Cases in text: files in, expected text out. A case file holds many:
 *
 *     === title | a.py, b.py < a        sources written for the case; b has `upstream = ["a"]`
 *     --- pipeline.yaml                 a file of the pipeline's folder
 *     --- @options                      JSON: environment, overrides, variables, absolutePaths, file, late (text as in yaml),
 *                                       notebooks (relative paths)
 *     >>> diagnostics                   what is expected: diagnostics, pipeline, tasks, cells, problems
 *
 * Diagnostics are always compared, and problems of the code if one of them is an error.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { castString } from '@nx-notebook/python';
import type { LoadOptions } from '../src/index.js';

/** How a case is loaded when it is not loaded as usual. */
export type CaseOptions = Omit<Partial<LoadOptions>, 'facts'> & {
  /** Instead of pipeline.yaml. */
  readonly file?: string;
};

/** One case of a case file. */
export interface Case {
  readonly title: string;
  readonly files: ReadonlyMap<string, string>;
  readonly options: CaseOptions;
  readonly expected: ReadonlyMap<string, string>;
  /** The case up to what is expected, for rewriting. */
  readonly head: string;
}

/** The cases of a case file. */
export function parseCases(text: string): readonly Case[] {
  return text
    .split(/^(?==== )/m)
    .filter((part) => part.startsWith('=== '))
    .map(parseCase);
}

function parseCase(text: string): Case {
  const [first = '', ...rest] = text.split('\n');
  const [title = '', sources = ''] = first.slice(4).split('|');
  const sections = rest.join('\n').split(/^(?=(?:---|>>>) \S)/m);
  const files = new Map<string, string>(defaultSources(sources));
  const expected = new Map<string, string>();
  let options: CaseOptions = {};
  const head = [first];
  for (const section of sections) {
    const [header = '', ...lines] = section.split('\n');
    const name = header.slice(4);
    const body = lines.join('\n');
    if (header === '--- @options') {
      options = parseOptions(body);
      head.push(section.trimEnd());
    } else if (header.startsWith('--- ')) {
      files.set(name, body.replace(/\n\n$/, '\n'));
      head.push(section.trimEnd());
    } else if (header.startsWith('>>> ')) {
      expected.set(name, body.trimEnd());
    }
  }
  return {
    title: title.trim(),
    files,
    options,
    expected,
    head: head.join('\n'),
  };
}

function parseOptions(text: string): CaseOptions {
  const { overrides, late, ...rest } = JSON.parse(text) as Omit<
    CaseOptions,
    'overrides' | 'late'
  > & {
    readonly overrides?: Readonly<Record<string, string>>;
    readonly late?: Readonly<Record<string, string>>;
  };
  const values = Object.entries(late ?? {});
  return {
    ...rest,
    ...(overrides === undefined
      ? {}
      : { overrides: new Map(Object.entries(overrides)) }),
    ...(late === undefined
      ? {}
      : { late: new Map(values.map(([id, one]) => [id, castString(one)])) }),
  };
}

function defaultSources(list: string): readonly (readonly [string, string])[] {
  return list
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => {
      const [path = '', upstream = ''] = one.split('<');
      const names = upstream.trim().split(/\s+/).filter(Boolean);
      return [path.trim(), script(names)] as const;
    });
}

/** A percent script that needs these tasks. */
export function script(upstream: readonly string[] = []): string {
  const value = upstream.length === 0 ? 'None' : JSON.stringify(upstream);
  return [
    '# %% tags=["parameters"]',
    `upstream = ${value}`,
    'product = None',
    '',
    '# %%',
    'print(1)',
    '',
  ].join('\n');
}

/** Writes files below a folder. */
export function writeFiles(
  folder: string,
  files: ReadonlyMap<string, string>,
): void {
  for (const [path, text] of files) {
    const absolutePath = join(folder, path);
    mkdirSync(dirname(absolutePath), { recursive: true });
    writeFileSync(absolutePath, text);
  }
}
