/** Errors in the code are told before anything runs, and nothing of theirs is executed. */
import { describe, expect, test } from '@jest/globals';
import type { Diagnostic } from '@nx-notebook/notebook';
import {
  createTaskTranscript,
  renderFailure,
  type TaskOutcome,
} from '../src/index.js';
import { TestWorkspace, type TaskText } from './test-workspace.js';

const undefinedName: Diagnostic = {
  severity: 'error',
  code: 'undefined-name',
  message: '`dff` is not defined.',
  hint: 'Did you mean `df`?',
  location: {
    file: '/ml/fit.py',
    line: 12,
    column: 1,
    length: 3,
    lineText: 'dff.head()',
  },
};
const unusedParam: Diagnostic = {
  severity: 'warning',
  code: 'unused-param',
  message: 'The param `n` is not used.',
};

const load: TaskText = { name: 'load', source: 'emit raw' };
const fit: TaskText = {
  name: 'fit',
  source: 'emit fit',
  upstream: { load: ['data'] },
  codeProblems: [undefinedName, unusedParam],
};
const plot: TaskText = {
  name: 'plot',
  source: 'emit plot',
  upstream: { fit: ['data'] },
};
const pipeline = [load, fit, plot];

function outcomeOf(
  outcomes: readonly TaskOutcome[],
  name: string,
): TaskOutcome {
  const found = outcomes.find(({ ref }) => ref.task.name === name);
  if (found === undefined) throw new Error(name);
  return found;
}

test('are told before the first task runs; other branches go on', async () => {
  await using workspace = await TestWorkspace.create();
  const release = workspace.runner.hold('load');
  const building = workspace.outcomes(pipeline);
  await workspace.runner.begun('load');
  const ended = workspace.events.flatMap((event) =>
    event.type === 'task-finished'
      ? [[event.outcome.ref.task.name, event.outcome.status]]
      : [],
  );
  expect(ended).toEqual([
    ['fit', 'failed'],
    ['plot', 'skipped'],
  ]);
  release();
  const outcomes = await building;
  expect(workspace.runner.runs).toEqual(['load']);
  const { failure } = outcomeOf(outcomes, 'fit') as TaskOutcome & {
    status: 'failed';
  };
  expect(renderFailure(failure, { color: false, cwd: '/ml' })).toEqual([
    'An error happened when checking the source code of `ml:fit`; nothing of it was executed.',
    '',
    'fit.py:12:1: error: `dff` is not defined. [undefined-name]',
    '   |',
    '12 | dff.head()',
    '   | ~~~',
    '   = Did you mean `df`?',
    '',
    'Next: Correct the code; where the check is wrong, `static_analysis: disable` on the task in pipeline.yaml switches it off.',
  ]);
});

describe('in a task whose result', () => {
  const checked = { ...fit, codeProblems: [] };

  test('stands or is stored do not matter', async () => {
    await using workspace = await TestWorkspace.create();
    await workspace.build([load, checked, plot]);
    expect(await workspace.build(pipeline)).toEqual({
      load: 'fresh',
      fit: 'fresh',
      plot: 'fresh',
    });
    await workspace.write('out/fit.data', 'by hand');
    expect(await workspace.build(pipeline)).toMatchObject({ fit: 'restored' });
  });

  test('turns out to be another one are told in its turn', async () => {
    await using workspace = await TestWorkspace.create();
    await workspace.build([load, checked, plot]);
    const changed = [{ ...load, source: 'emit other' }, fit, plot];
    expect(await workspace.build(changed)).toEqual({
      load: 'executed',
      fit: 'failed',
      plot: 'skipped',
    });
  });

  test('is to be made anew in any case are told', async () => {
    await using workspace = await TestWorkspace.create();
    await workspace.build([load, checked, plot]);
    expect(await workspace.build(pipeline, { force: true })).toMatchObject({
      fit: 'failed',
    });
  });
});

describe('where the analysis is strict', () => {
  const strict = [load, { ...fit, isStrict: true }, plot];

  test('nothing of the pipeline is executed', async () => {
    await using workspace = await TestWorkspace.create();
    const outcomes = await workspace.outcomes(strict);
    expect(outcomeOf(outcomes, 'load')).toMatchObject({
      status: 'skipped',
      because:
        'the code of `fit` has errors, and its `static_analysis` is strict',
    });
    expect(outcomeOf(outcomes, 'fit')).toMatchObject({ status: 'failed' });
    expect(workspace.runner.runs).toEqual([]);
  });

  test('a run without the task itself says what is wrong with it', async () => {
    await using workspace = await TestWorkspace.create();
    const [first] = workspace.refs(strict);
    if (first === undefined) throw new Error();
    expect(await workspace.buildRefs([first])).toMatchObject([
      {
        status: 'failed',
        failure: {
          reason: 'code-problems',
          diagnostics: [undefinedName],
          message:
            'An error happened when checking the source code of `ml:fit`; since `static_analysis` is strict there, `ml:load` was not executed either.',
        },
      },
    ]);
  });

  test('what is fresh stays so', async () => {
    await using workspace = await TestWorkspace.create();
    await workspace.build([load]);
    expect(await workspace.build(strict)).toMatchObject({ load: 'fresh' });
  });
});

test('warnings are told when the task is executed, and not again', async () => {
  await using workspace = await TestWorkspace.create();
  const task = { ...load, codeProblems: [unusedParam] };
  const [ref] = workspace.refs([task]);
  if (ref === undefined) throw new Error();
  const texts: string[] = [];
  for (const round of ['first', 'second']) {
    const transcript = createTaskTranscript(ref, { color: false, cwd: '/ml' });
    await workspace.buildRefs([ref], {}, { reporter: transcript.reporter });
    texts.push(`${round}\n${transcript.text()}`);
  }
  expect(texts).toEqual([
    expect.stringContaining(
      'warning: The param `n` is not used. [unused-param]\n',
    ),
    expect.not.stringContaining('unused-param'),
  ]);
});

test('leave the record of the last run alone', async () => {
  await using workspace = await TestWorkspace.create();
  await workspace.build([load]);
  const broken = { ...load, source: 'dff', codeProblems: [undefinedName] };
  expect(await workspace.build([broken])).toEqual({ load: 'failed' });
  expect(await workspace.build([load])).toEqual({ load: 'fresh' });
});
