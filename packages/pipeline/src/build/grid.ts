/**
 * One task for each combination of the values of a `grid`, in Ploomber's order and with its names. A grid with a value
 * that is not known yet makes one task that stands for all of them.
 */
import { posix } from 'node:path';
import type { Location } from '@nx-notebook/notebook';
import type { PyValue } from '@nx-notebook/python';
import type { Param } from '../pipeline.js';
import type { Problems } from '../problems.js';
import type { ProductDeclaration } from '../spec/pipeline-spec.js';
import { listNames } from '../suggest.js';
import { renderGridText } from './grid-text.js';

/** One key of a grid and its values; without values while a call is unknown. */
export interface GridAxis {
  readonly name: string;
  readonly values: readonly PyValue[] | undefined;
}

/** One combination. */
export interface GridElement {
  /** Counts over all mappings of the grid; absent for a task that stands for the whole grid. */
  readonly index?: number;
  /** Grid keys first, then the constants. */
  readonly params: readonly Param[];
}

/** More tasks than these are a mistake, and would keep a graph from ever being made. */
const mostTasks = 10_000;

/** What one mapping of a grid is combined with. */
export interface GridContext {
  readonly constants: readonly Param[];
  readonly location: Location;
  readonly problems: Problems;
}

/** The combinations of all mappings; one that stands for all when any value is unknown. */
export function combine(
  mappings: readonly (readonly GridAxis[])[],
  { constants, location, problems }: GridContext,
): readonly GridElement[] {
  const overlap = new Set(
    mappings
      .flat()
      .map(({ name }) => name)
      .filter((name) => constants.some((constant) => constant.name === name)),
  );
  if (overlap.size > 0) {
    problems.error({
      code: 'grid-overlap',
      message: `Error generating grid: 'grid' and 'params' have overlapping keys: ${listNames([...overlap])}.`,
      hint: 'Keep each of them in one of the two.',
      location,
    });
    return [];
  }
  if (
    mappings.some((axes) => axes.some(({ values }) => values === undefined))
  ) {
    return [{ params: [...standIns(mappings), ...constants] }];
  }
  const count = mappings.reduce((sum, axes) => sum + countOf(axes), 0);
  if (count > mostTasks) {
    problems.error({
      code: 'grid-too-large',
      message: `The grid makes ${count} tasks; ${mostTasks} is the limit.`,
      hint: 'Loop over some of the values in the notebook.',
      location,
    });
    return [];
  }
  if (count === 0) {
    problems.warning({
      code: 'empty-grid',
      message: 'The grid has no combination of values, so it makes no task.',
      hint: 'Give each of its keys at least one value.',
      location,
    });
  }
  return mappings
    .flatMap(productOf)
    .map((params, index) => ({ index, params: [...params, ...constants] }));
}

/** The values of a key: a list is one per item, a mapping its keys, anything else itself. */
export function axisValues(value: PyValue): readonly PyValue[] {
  if (value.kind === 'dict') return value.entries.map(([key]) => key);
  const isListed =
    value.kind === 'list' || value.kind === 'tuple' || value.kind === 'set';
  return isListed ? value.items : [value];
}

function countOf(axes: readonly GridAxis[]): number {
  return axes.reduce((count, { values }) => count * (values?.length ?? 1), 1);
}

/** The cartesian product; the last key changes fastest. */
function productOf(axes: readonly GridAxis[]): readonly (readonly Param[])[] {
  return axes.reduce<readonly (readonly Param[])[]>(
    (rows, { name, values = [] }) =>
      rows.flatMap((row) => values.map((value) => [...row, { name, value }])),
    [[]],
  );
}

function standIns(
  mappings: readonly (readonly GridAxis[])[],
): readonly Param[] {
  const names = new Set(mappings.flat().map(({ name }) => name));
  return [...names].map((name) => ({
    name,
    value: { kind: 'str', value: `<${name}>` },
  }));
}

/** Where names and products of a grid are written. */
export interface GridTextPlace {
  readonly location: Location;
  readonly problems: Problems;
}

/** The name of a task: the index is appended without a separator, unless the name has placeholders of its own. */
export function elementName(
  name: string,
  element: GridElement,
  place: GridTextPlace,
): string {
  if (name.includes('[[') && name.includes(']]'))
    return render(name, element, place);
  return `${name}${element.index ?? ''}`;
}

/** The products of a task: the index goes before all suffixes, then placeholders are filled in. */
export function elementProduct(
  declaration: ProductDeclaration,
  element: GridElement,
  problems: Problems,
): ProductDeclaration {
  const fill = ({
    value,
    location,
  }: Extract<ProductDeclaration, { kind: 'single' }>['path']): {
    readonly value: string;
    readonly location: Location;
  } => ({
    value: render(withIndex(value, element), element, { location, problems }),
    location,
  });
  if (declaration.kind === 'single')
    return { ...declaration, path: fill(declaration.path) };
  return {
    ...declaration,
    paths: declaration.paths.map(([key, path]) => [key, fill(path)]),
  };
}

/** The name of a relation: `name-index`, placeholders filled in. */
export function elementRelation(
  name: string,
  element: GridElement,
  place: GridTextPlace,
): string {
  const { index } = element;
  const text = index === undefined ? name : `${name}-${index}`;
  return render(text, element, place);
}

/** `-index` before all suffixes as Python's pathlib sees them, by replacing their text in the name, as Ploomber does. */
function withIndex(path: string, { index }: GridElement): string {
  if (index === undefined || path.trim() === '') return path;
  const clean = posix.normalize(path).replace(/(?<=.)\/+$/, '');
  const { dir, base } = posix.parse(clean);
  const suffixes = suffixesOf(base);
  const stem = suffixes === '' ? base : base.replaceAll(suffixes, '');
  return posix.join(dir, `${stem}-${index}${suffixes}`);
}

function suffixesOf(base: string): string {
  if (base.endsWith('.')) return '';
  return base
    .replace(/^\.+/, '')
    .split('.')
    .slice(1)
    .map((part) => `.${part}`)
    .join('');
}

function render(
  text: string,
  { params, index }: GridElement,
  { location, problems }: GridTextPlace,
): string {
  const values = new Map(
    params.map(({ name, value }) => [
      name,
      // A task that stands for the whole grid shows none of its values.
      index === undefined ? ({ kind: 'str', value: '' } as const) : value,
    ]),
  );
  const rendered = renderGridText(text, values);
  if (rendered.ok) return rendered.text;
  problems.error({
    code: 'invalid-grid-placeholder',
    message: `"${text}" can not be filled in: ${rendered.message}.`,
    hint: 'Write the name of a key of the grid or of a param: [[key]].',
    location,
  });
  return text;
}
