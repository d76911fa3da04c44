/**
 * Runs every case of test/cases/*.txt: the chapters of the dialect's reference. With UPDATE_CASES=1 the expected texts
 * are written anew; read the difference before you keep it.
 */
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { loadPipeline } from '../src/index.js';
import { parseCases, writeFiles, type Case } from './case-file.js';
import { describeResult, sectionNames } from './describe-result.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'nx-notebook-cases-')));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const isUpdating = process.env['UPDATE_CASES'] === '1';
const folder = join(__dirname, 'cases');

for (const name of readdirSync(folder).sort()) {
  const cases = parseCases(readFileSync(join(folder, name), 'utf8'));
  const results: string[] = [];
  describe(name.replace(/\.txt$/, ''), () => {
    it.each(cases.map((one) => [one.title, one] as const))(
      '%s',
      async (_title, one) => {
        const workspace = join(root, name, String(cases.indexOf(one)));
        const actual = await run(one, workspace);
        results.push(`${one.head}\n\n${print(actual)}`);
        if (!isUpdating) expect(print(actual)).toBe(print(one.expected));
      },
    );
    if (isUpdating) {
      afterAll(() => {
        // A run that failed half-way must not lose cases.
        if (results.length < cases.length) return;
        writeFileSync(join(folder, name), results.join('\n'));
      });
    }
  });
}

/** The sections that the case asks for, and those that are always compared. */
async function run(
  one: Case,
  workspace: string,
): Promise<ReadonlyMap<string, string>> {
  const { file: name, notebooks, ...options } = one.options;
  const pipeline = join(workspace, 'p');
  writeFiles(pipeline, one.files);
  const file = join(pipeline, name ?? 'pipeline.yaml');
  const paths = notebooks?.map((path) => join(pipeline, path));
  const result = await loadPipeline(paths === undefined ? file : pipeline, {
    workspaceRoot: workspace,
    ...options,
    ...(paths === undefined ? {} : { notebooks: paths }),
  });
  const all = describeResult(result, file, workspace);
  const isRefused =
    result.ok &&
    result.pipeline.tasks.some(({ codeProblems }) =>
      codeProblems.some(({ severity }) => severity === 'error'),
    );
  const wanted = sectionNames.filter(
    (section) =>
      section === 'diagnostics' ||
      // Warnings are as long as the case is short: only asked for.
      (section === 'problems' && isRefused) ||
      one.expected.has(section),
  );
  return new Map(
    wanted.map((section) => [section, (all.get(section) ?? '').trimEnd()]),
  );
}

function print(sections: ReadonlyMap<string, string>): string {
  return sectionNames
    .flatMap((name) => {
      const text = sections.get(name) ?? '';
      return text === '' && (name === 'diagnostics' || !sections.has(name))
        ? []
        : [`>>> ${name}\n${text}\n`];
    })
    .join('');
}
