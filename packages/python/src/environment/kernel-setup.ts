/**
 * What changes a kernel beside its interpreter and packages: the kernelspec that its name stands for, and the
 * configuration and start-up files of IPython in the user's home. Digests only; starts nothing.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { readText } from './dist-info.js';
import { environmentOf } from './interpreter-layout.js';
import type { PythonInterpreter } from './interpreter.js';

/** A kernel by its name. */
export interface KernelQuery {
  readonly kernelName: string;
  readonly language: string;
  readonly interpreter: PythonInterpreter;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How ipykernel is started where nobody asked for anything else. */
const PLAIN = ['python', '-m', 'ipykernel_launcher', '-f', '{connection_file}'];

/** Flags that change nothing but the time that a start takes. */
const HARMLESS_FLAG = /^-X\s*frozen_modules=\w+$/;

/** Name -> sha256 of everything that is not as in a plain installation; empty on most machines. */
export function kernelSetup(
  query: KernelQuery,
): Readonly<Record<string, string>> {
  const spec = kernelspec(query);
  const profile = query.language === 'python' ? profileFiles(query.env) : [];
  return Object.fromEntries([
    ...(spec === undefined ? [] : [['kernelspec', digest(spec)] as const]),
    ...profile.flatMap(([name, file]) => {
      const content = readBytes(file);
      return content === undefined ? [] : [[name, digest(content)] as const];
    }),
  ]);
}

/** The spec's command and variables; undefined for ipykernel in this interpreter as it is installed. */
function kernelspec(query: KernelQuery): string | undefined {
  const [text] = dataFolders(query).flatMap(
    (folder) =>
      readText(path.join(folder, 'kernels', query.kernelName, 'kernel.json')) ??
      [],
  );
  if (text === undefined) return undefined;
  const spec = parseSpec(text);
  if (spec === undefined) return text;
  const [program = '', ...rest] = spec.argv;
  const argv = [
    isOwn(program, query.interpreter) ? 'python' : program,
    ...rest.filter((word) => !HARMLESS_FLAG.test(word)),
  ];
  const isPlain =
    argv.join('\n') === PLAIN.join('\n') && Object.keys(spec.env).length === 0;
  return isPlain ? undefined : JSON.stringify([argv, spec.env]);
}

function parseSpec(
  text: string,
): { argv: readonly string[]; env: object } | undefined {
  try {
    const { argv, env } = JSON.parse(text) as { argv?: unknown; env?: unknown };
    const isList =
      Array.isArray(argv) && argv.every((word) => typeof word === 'string');
    return isList ? { argv, env: env ?? {} } : undefined;
  } catch {
    // A broken spec starts no kernel; its text stands for it.
    return undefined;
  }
}

/** A bare `python` is the server's own, as is any name for it in the same folder. */
function isOwn(program: string, { path: interpreter }: PythonInterpreter) {
  const isPython = /^python[\d.]*(?:\.exe)?$/.test(path.basename(program));
  const folder = path.dirname(program);
  return isPython && (folder === '.' || folder === path.dirname(interpreter));
}

/** As jupyter_core looks for them: an environment's own come before the user's. */
function dataFolders({ interpreter, env }: KernelQuery): readonly string[] {
  const environment = environmentOf(interpreter.path, process.platform);
  const own = path.join(environment, 'share', 'jupyter');
  const home = env['HOME'] ?? '';
  const users = [
    env['JUPYTER_DATA_DIR'] ??
      (process.platform === 'darwin'
        ? path.join(home, 'Library', 'Jupyter')
        : path.join(
            env['XDG_DATA_HOME'] ?? path.join(home, '.local', 'share'),
            'jupyter',
          )),
  ];
  const isEnvironment =
    existsSync(path.join(environment, 'pyvenv.cfg')) ||
    existsSync(path.join(environment, 'conda-meta'));
  return [
    ...(env['JUPYTER_PATH'] ?? '').split(path.delimiter).filter(Boolean),
    ...(isEnvironment ? [own, ...users] : [...users, own]),
    '/usr/local/share/jupyter',
    '/usr/share/jupyter',
  ];
}

/** Name for people -> file. */
function profileFiles(
  env: KernelQuery['env'],
): readonly (readonly [string, string])[] {
  const folder = env['IPYTHONDIR'] ?? path.join(env['HOME'] ?? '', '.ipython');
  const profile = path.join(folder, 'profile_default');
  const names = [
    ...namesIn(profile).filter((name) => /_config\.(?:py|json)$/.test(name)),
    ...namesIn(path.join(profile, 'startup'))
      .filter((name) => /\.i?py$/.test(name))
      .map((name) => `startup/${name}`),
  ];
  return names.map(
    (name) => [`IPython's ${name}`, path.join(profile, name)] as const,
  );
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    // Most people have none.
    return [];
  }
}

function readBytes(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    // IPython can't read it either.
    return undefined;
  }
}

function digest(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
