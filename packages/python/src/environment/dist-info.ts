/**
 * The metadata folder of one installed distribution (`*.dist-info`, `*.egg-info`), read as text. Knows nothing of
 * other distributions.
 */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';

/** What a metadata folder says. */
export interface DistInfo {
  /** Normalised (PEP 503). */
  readonly name: string;
  readonly version: string;
  /** Requirements without those of extras: `name` or `name[extra,other]`, normalised. */
  readonly requires: readonly string[];
  /** Requirements of each extra. */
  readonly extras: Readonly<Record<string, readonly string[]>>;
  readonly topLevel: readonly string[];
  /** Files in site-packages that make an editable installation work. */
  readonly editableFiles: readonly string[];
  /** The project's folder, when the installation is editable. */
  readonly project?: string;
}

/** `Ruamel_YAML` and `ruamel.yaml` are one name. */
export function normaliseName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/** Reads one metadata folder, or a single `.egg-info` file; undefined when nothing in it can be read. */
export function readDistInfo(folder: string): DistInfo | undefined {
  const metadata =
    readText(path.join(folder, 'METADATA')) ??
    readText(path.join(folder, 'PKG-INFO')) ??
    readText(folder);
  const [, named, numbered] =
    /^(.+?)-([^-]+)(?:-py[\d.]+)?\.(?:dist|egg)-info$/.exec(
      path.basename(folder),
    ) ?? [];
  const headers = readHeaders(metadata ?? '');
  const name = headers('name')[0] ?? named;
  if (name === undefined) return undefined;
  const record = readText(path.join(folder, 'RECORD')) ?? '';
  const listed = readText(path.join(folder, 'top_level.txt'));
  const project = editableProject(folder);
  return {
    name: normaliseName(name),
    version: headers('version')[0] ?? numbered ?? 'unknown',
    ...readRequirements(headers('requires-dist')),
    topLevel:
      listed === undefined
        ? topLevelOfRecord(record)
        : listed.split(/\s+/).filter(Boolean),
    editableFiles: record.match(/^[^/,\n]*(?:\.pth|_finder\.py)(?=,)/gm) ?? [],
    ...(project === undefined ? {} : { project }),
  };
}

/** The file's text; undefined when there is none. */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Missing or unreadable means the same here: nothing is known from it.
    return undefined;
  }
}

function readHeaders(text: string): (name: string) => readonly string[] {
  const [head = ''] = text.split(/\r?\n\r?\n/, 1);
  const values = new Map<string, string[]>();
  for (const [, name = '', value = ''] of head.matchAll(
    /^([\w-]+):[ \t]*(.*?)\r?$/gm,
  )) {
    const key = name.toLowerCase();
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  return (name) => values.get(name) ?? [];
}

function readRequirements(
  lines: readonly string[],
): Pick<DistInfo, 'requires' | 'extras'> {
  const requires: string[] = [];
  const extras: Record<string, string[]> = {};
  for (const line of lines) {
    const [, name, wanted] =
      /^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?/.exec(line) ?? [];
    if (name === undefined) continue;
    const names = (wanted ?? '').split(',').map((extra) => extra.trim());
    const suffix = names.filter(Boolean).map(normaliseName).join(',');
    const requirement = normaliseName(name) + (suffix && `[${suffix}]`);
    const ofExtras = [...line.matchAll(/\bextra\s*==\s*["']([^"']+)["']/g)];
    if (ofExtras.length === 0) requires.push(requirement);
    for (const [, extra = ''] of ofExtras)
      (extras[normaliseName(extra)] ??= []).push(requirement);
  }
  return { requires, extras };
}

function topLevelOfRecord(record: string): readonly string[] {
  const names = new Set<string>();
  for (const line of record.split('\n')) {
    const [, folder, file] =
      /^"?(?:([^/,"]+)\/[^,]*|([^/,"]+)),/.exec(line) ?? [];
    if (folder !== undefined && /^[\p{L}_][\p{L}\p{N}_]*$/u.test(folder))
      names.add(folder);
    const module =
      /^([\p{L}_][\p{L}\p{N}_]*)\.(?:py|pyd|so|.*\.(?:so|pyd))$/u.exec(
        file ?? '',
      );
    if (module?.[1] !== undefined) names.add(module[1]);
  }
  names.delete('__pycache__');
  return [...names].filter((name) => !/^__editable__/.test(name));
}

function editableProject(folder: string): string | undefined {
  const text = readText(path.join(folder, 'direct_url.json'));
  if (text === undefined) return undefined;
  try {
    const { url, dir_info: info } = JSON.parse(text) as {
      url?: string;
      dir_info?: { editable?: boolean };
    };
    const isEditable = info?.editable === true && url?.startsWith('file:');
    return isEditable === true && url !== undefined
      ? decodeURIComponent(new URL(url).pathname)
      : undefined;
  } catch {
    // A damaged file says nothing about where the project is.
    return undefined;
  }
}
