/**
 * `doctor`: looks at everything that a run depends on, group by group, and says what is safe, what is not, and how to
 * mend it. Prints each group as soon as it is known.
 */
import { join } from 'node:path';
import type { Finding } from '@nx-notebook/store';
import {
  EXIT,
  wantsJson,
  type CommandContext,
  type ExitCode,
} from './command.js';
import { examineLocalStore, examinePythons } from './doctor-local.js';
import { examineNxCache, examineSharedStore } from './doctor-shared.js';
import type { Mark, Terminal } from './terminal.js';
import { findWorkspace } from './workspace.js';

/** Where remedies find their files. */
const packageRoot = join(__dirname, '../..');

/** Findings about one thing. */
interface Group {
  readonly name: string;
  readonly findings: readonly Finding[];
}

/** How each status is printed. */
const WORDS: Readonly<Record<Finding['status'], readonly [Mark, string]>> = {
  safe: ['good', 'safe   '],
  unsafe: ['bad', 'UNSAFE '],
  broken: ['bad', 'BROKEN '],
  unknown: ['unsure', 'unknown'],
  note: ['plain', 'note   '],
};

/** Looks, prints, and says by its exit code whether anything is unsafe or broken. */
export async function examine(
  { terminal, cwd, env }: CommandContext,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const workspace = await findWorkspace(cwd, env);
  const subject = { workspace, env, isOffline: options['offline'] === true };
  const isJson = wantsJson(options);
  const groups: Group[] = [];
  for (const [name, look] of [
    ['Python', examinePythons],
    ['Local store', examineLocalStore],
    ['Shared store', examineSharedStore],
    ["Nx's cache", examineNxCache],
  ] as const) {
    const findings = await look(subject);
    if (findings.length === 0) continue;
    groups.push({ name, findings });
    if (!isJson) printGroup({ name, findings }, terminal);
  }
  const findings = groups.flatMap((group) => group.findings);
  const bad = findings.filter(({ status }) => isBad(status));
  if (isJson) {
    const { root, isWorkspace } = workspace;
    const ok = bad.length === 0;
    terminal.out(JSON.stringify({ ok, root, isWorkspace, groups }));
  } else {
    if (findings.some(({ remedy }) => remedy?.includes('policies/') === true))
      terminal.out(`The policies are in ${join(packageRoot, 'policies')}\n`);
    terminal.out(verdict(bad.length));
  }
  return bad.length === 0 ? EXIT.ok : EXIT.finding;
}

function isBad(status: Finding['status']): boolean {
  return status === 'unsafe' || status === 'broken';
}

function verdict(bad: number): string {
  if (bad === 0) return 'Nothing is unsafe or broken.';
  return bad === 1
    ? 'One thing is unsafe or broken.'
    : `${bad} things are unsafe or broken.`;
}

function printGroup({ name, findings }: Group, terminal: Terminal): void {
  terminal.out(name);
  for (const finding of findings) {
    const [mark, word] = WORDS[finding.status];
    terminal.out(`  ${terminal.paint(mark, word)} ${finding.title}`);
    // What is as it should be needs no reasons.
    if (finding.status === 'safe') continue;
    for (const line of wrap(finding.detail, terminal.columns - 10))
      terminal.out(`          ${line}`);
    if (finding.remedy !== undefined)
      terminal.out(`          Next: ${finding.remedy}`);
  }
  terminal.out('');
}

function wrap(text: string, width: number): readonly string[] {
  const limit = Math.min(100, Math.max(40, width));
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= limit)
      lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
