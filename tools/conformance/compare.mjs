/**
 * Compares what we make of a pipeline with what Ploomber makes of it, and the differences with those that are known.
 * Knows neither files nor processes.
 */

/**
 * @typedef {object} TaskData
 * @property {string} name
 * @property {string} kind Ploomber's name of the task's class.
 * @property {unknown} product
 * @property {readonly string[]} upstream Sorted.
 * @property {string} cell The injected cell, names of upstream sorted.
 * @property {string | null} problem What the code analysis says.
 *
 * @typedef {{ ok: true, tasks: readonly TaskData[] } | { ok: false, error: string }} Answer
 *
 * @typedef {'accepted-here' | 'refused-here' | 'message' | 'names' | 'kind' | 'product' | 'upstream' | 'cell' | 'code'} Aspect
 *
 * @typedef {object} Difference
 * @property {Aspect} aspect
 * @property {string} ours
 * @property {string} theirs
 *
 * @typedef {object} KnownGroup
 * @property {string} reason
 * @property {readonly Aspect[]} aspects
 * @property {readonly string[]} cases `chapter: title`.
 *
 * @typedef {object} Verdict
 * @property {string} id `chapter: title`.
 * @property {'same' | 'known' | 'new' | 'gone'} status `gone`: listed as a difference, but there is none.
 * @property {readonly Difference[]} differences
 * @property {string} [reason]
 */

/** Phrases that people search for: when Ploomber says one of them, so must we. */
export const phrases = [
  "keys aren't valid",
  'Missing "tasks" key',
  '"tasks" section is empty',
  "Expected 'tasks' in the dag spec to contain a list",
  'If using the "location" key there should not be other keys',
  "It looks like you're using placeholders",
  'Got invalid YAML',
  'Change the extension to .yaml',
  'Failed to determine task class for source',
  'Failed to determine task source',
  'File does not exist',
  'Expected a file, got a directory',
  'Could not get ',
  'An error occured when trying to import dotted path',
  'DAG already has a task with name',
  "Missing keys: 'product'",
  'tasks should not have an "upstream" key',
  'is not a valid Task class name',
  'Tasks must generate unique products',
  "Missing key 'nb' in product",
  'Could not determine format for product',
  'is not a valid product extension',
  'cannot be initialized with an "upstream" key',
  'Error reading params.resources_ with key',
  "'grid' and 'params' have overlapping keys",
  "tasks with 'grid' must have a 'name'",
  'Error replacing placeholders:',
  'Ensure the placeholder is defined in the env',
  'Undeclared value for placeholder',
  'Keys cannot have double underscores',
  "Could not parse a valid 'upstream' variable",
  'the last cell in the',
  'ShellScript must include {{product}} in its source',
  'missing required parameters',
  'unused parameters',
  '"executor" must be "serial", "parallel", or a dotted path',
  'No such kernel named',
  "is not a valid 'static_analysis' value",
  'has an upstream dependency',
  'unknown parameter(s)',
];

/**
 * @param {Answer} ours
 * @param {Answer} theirs
 * @returns {readonly Difference[]}
 */
export function differences(ours, theirs) {
  if (!ours.ok || !theirs.ok) return refusals(ours, theirs);
  const names = (/** @type {readonly TaskData[]} */ tasks) =>
    tasks.map(({ name }) => name).join(' ');
  if (names(ours.tasks) !== names(theirs.tasks))
    return [
      { aspect: 'names', ours: names(ours.tasks), theirs: names(theirs.tasks) },
    ];
  return ours.tasks.flatMap((task, index) => {
    const other = theirs.tasks[index];
    return other === undefined ? [] : taskDifferences(task, other);
  });
}

/**
 * @param {Answer} ours
 * @param {Answer} theirs
 * @returns {readonly Difference[]}
 */
function refusals(ours, theirs) {
  if (ours.ok)
    return theirs.ok
      ? []
      : [
          {
            aspect: 'accepted-here',
            ours: '',
            theirs: lastError(theirs.error),
          },
        ];
  if (theirs.ok)
    return [{ aspect: 'refused-here', ours: ours.error, theirs: '' }];
  const said = oneLine(ours.error);
  const missing = phrases.filter(
    (phrase) =>
      oneLine(theirs.error).includes(phrase) && !said.includes(phrase),
  );
  return missing.length === 0
    ? []
    : [{ aspect: 'message', ours: ours.error, theirs: missing.join(' | ') }];
}

/**
 * @param {TaskData} ours
 * @param {TaskData} theirs
 * @returns {readonly Difference[]}
 */
function taskDifferences(ours, theirs) {
  /** @type {readonly (readonly [Aspect, unknown, unknown])[]} */
  const pairs = [
    ['kind', ours.kind, theirs.kind],
    ['product', ours.product, theirs.product],
    ['upstream', ours.upstream, theirs.upstream],
    ['cell', ours.cell, theirs.cell],
    ['code', ours.problem !== null, theirs.problem !== null],
  ];
  return pairs
    .map(([aspect, mine, other]) => ({
      aspect,
      ours: textOf(mine),
      theirs: textOf(other),
    }))
    .filter((pair) => pair.ours !== pair.theirs)
    .map((pair) => ({ ...pair, ours: `${ours.name}: ${pair.ours}` }));
}

/**
 * Text shows as it is; of anything else its JSON.
 *
 * @param {unknown} value
 * @returns {string}
 */
function textOf(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * What a traceback comes down to: its last line that names an exception.
 *
 * @param {string} traceback
 * @returns {string}
 */
export function lastError(traceback) {
  const lines = traceback.trimEnd().split('\n');
  const named = lines.filter((line) =>
    /^[\w.]*(?:Error|Exception|Cycle)\b/.test(line),
  );
  return named.at(-1) ?? lines.at(-1) ?? '';
}

/** @param {string} text */
function oneLine(text) {
  return text.replaceAll(/\s+/g, ' ');
}

/**
 * What each case is worth: the differences that were found must be exactly the known ones.
 *
 * @param {ReadonlyMap<string, readonly Difference[]>} found By case.
 * @param {readonly KnownGroup[]} known
 * @returns {readonly Verdict[]}
 */
export function judge(found, known) {
  return [...found].map(([id, all]) => {
    const groups = known.filter(({ cases }) => cases.includes(id));
    const expected = new Set(groups.flatMap(({ aspects }) => aspects));
    const actual = new Set(all.map(({ aspect }) => aspect));
    const reason = groups.map((group) => group.reason).join('; ');
    const isNew = [...actual].some((aspect) => !expected.has(aspect));
    const isGone = [...expected].some((aspect) => !actual.has(aspect));
    const status = isNew
      ? 'new'
      : isGone
        ? 'gone'
        : all.length > 0
          ? 'known'
          : 'same';
    return {
      id,
      status,
      differences: all,
      ...(reason === '' ? {} : { reason }),
    };
  });
}

/**
 * Cases that are listed as differences and that the suite does not have.
 *
 * @param {ReadonlyMap<string, unknown>} found
 * @param {readonly KnownGroup[]} known
 * @returns {readonly string[]}
 */
export function unknownCases(found, known) {
  return known
    .flatMap(({ cases }) => cases)
    .filter((id) => !found.has(id))
    .sort();
}

/**
 * One line per chapter, then what needs a look.
 *
 * @param {readonly Verdict[]} verdicts
 * @returns {string}
 */
export function table(verdicts) {
  const chapters = new Map(
    verdicts.map(({ id }) => [chapterOf(id), /** @type {Verdict[]} */ ([])]),
  );
  for (const verdict of verdicts)
    chapters.get(chapterOf(verdict.id))?.push(verdict);
  const count = (
    /** @type {readonly Verdict[]} */ all,
    /** @type {Verdict['status']} */ wanted,
  ) => String(all.filter(({ status }) => status === wanted).length).padStart(7);
  const line = (
    /** @type {string} */ name,
    /** @type {readonly Verdict[]} */ all,
  ) =>
    `  ${name.padEnd(24)}${String(all.length).padStart(6)}${count(all, 'same')}${count(all, 'known')}${count(all, 'new')}${count(all, 'gone')}`;
  return [
    `  ${'chapter'.padEnd(24)} cases   same  known    new   gone`,
    ...[...chapters].map(([name, all]) => line(name, all)),
    line('all', verdicts),
  ].join('\n');
}

/** @param {string} id */
function chapterOf(id) {
  return id.slice(0, id.indexOf(': '));
}

/**
 * What has to be looked at.
 *
 * @param {Verdict} verdict
 * @returns {string}
 */
export function details({ id, status, differences: all, reason }) {
  const head =
    status === 'gone'
      ? `${id}\n  listed as a difference (${reason ?? ''}), but not all of it is there`
      : id;
  return [
    head,
    ...all.flatMap(({ aspect, ours, theirs }) => [
      `  ${aspect}`,
      `    ours:     ${indented(ours)}`,
      `    Ploomber: ${indented(theirs)}`,
    ]),
  ].join('\n');
}

/** @param {string} text */
function indented(text) {
  return text.trimEnd().replaceAll('\n', '\n              ');
}
