/**
 * A task of the spec as the tasks that it stands for: one, or one for each combination of its grid; each with its name
 * and its params.
 */
import type { Param, Resource } from '../pipeline.js';
import type { Located, TaskSpec } from '../spec/pipeline-spec.js';
import { keyName } from '../yaml/merge-entries.js';
import { describe, nodeOf, valueOf, type YamlNode } from '../yaml/yaml-node.js';
import {
  axisValues,
  combine,
  elementName,
  type GridAxis,
  type GridElement,
} from './grid.js';
import { isCall } from './late-calls.js';
import {
  checkParamName,
  checkValue,
  resolveParams,
  type ParamContext,
} from './params.js';

/** One task. */
export interface ExpandedTask {
  readonly name: Located<string>;
  readonly params: readonly Param[];
  readonly resources: readonly Resource[];
  /** Ids of the calls that its params depend on. */
  readonly late: readonly string[];
  /** Only for a task of a grid. */
  readonly element?: GridElement;
  /** Name of the task that stands for the whole grid while a value of it is unknown. */
  readonly group?: string;
}

/** The tasks that a task of the spec stands for; none after reporting what is wrong with its grid. */
export async function expandTask(
  { name, params: specs, grid }: TaskSpec,
  context: ParamContext,
): Promise<readonly ExpandedTask[]> {
  const constants = await resolveParams(specs, context);
  if (grid === undefined) return [{ name, ...constants }];
  const axes = await readGrid(grid, context);
  if (axes === undefined) return [];
  const { file, build } = context;
  const { problems } = build;
  const place = { location: file.locate(grid.range), problems };
  const elements = combine(axes.mappings, {
    constants: constants.params,
    ...place,
  });
  const late = [...new Set([...constants.late, ...axes.late])];
  const naming = { location: name.location, problems };
  const group =
    axes.late.length === 0
      ? undefined
      : elementName(name.value, { params: [] }, naming) || 'grid';
  return elements.map((element) => ({
    name: {
      value:
        element.index === undefined && group !== undefined
          ? group
          : elementName(name.value, element, naming),
      location: name.location,
    },
    params: element.params,
    resources: constants.resources,
    late,
    element,
    ...(group === undefined ? {} : { group }),
  }));
}

interface ReadGrid {
  readonly mappings: readonly (readonly GridAxis[])[];
  readonly late: readonly string[];
}

/** A mapping, or a list of mappings. */
async function readGrid(
  grid: YamlNode,
  context: ParamContext,
): Promise<ReadGrid | undefined> {
  const { file, build } = context;
  const nodes = grid.kind === 'sequence' ? grid.items : [grid];
  const mappings: (readonly GridAxis[])[] = [];
  const late: string[] = [];
  for (const node of nodes) {
    if (node.kind !== 'mapping') {
      build.problems.error({
        code: 'wrong-type',
        message: `"grid" must be a mapping of names to lists of values, or a list of such mappings, but this is ${describe(node)}.`,
        hint: 'Write for example {alpha: [0.1, 1], model: [ridge, lasso]}.',
        location: file.locate(node.range),
      });
      return undefined;
    }
    const axes: GridAxis[] = [];
    for (const { key, keyRange, value } of node.entries) {
      const name = keyName(key);
      checkParamName({ name, location: file.locate(keyRange) }, context);
      const axis = await readAxis(name, value, context);
      if (axis === undefined) return undefined;
      late.push(...axis.late);
      axes.push({ name, values: axis.values });
    }
    mappings.push(axes);
  }
  return { mappings, late };
}

async function readAxis(
  name: string,
  value: YamlNode,
  context: ParamContext,
): Promise<
  (Pick<GridAxis, 'values'> & { late: readonly string[] }) | undefined
> {
  if (!isCall(value)) {
    const values = axisValues(valueOf(value));
    for (const [index, one] of values.entries()) {
      const node = value.kind === 'sequence' ? value.items[index] : undefined;
      checkValue(node ?? nodeOf(one, value.range), context);
    }
    return { values, late: [] };
  }
  const what = `"grid.${name}"`;
  const called = await context.calls.read(value, what, context.file);
  if (called === undefined) return undefined;
  const values = called.value && axisValues(called.value);
  for (const one of values ?? []) {
    checkValue(nodeOf(one, value.range), context);
  }
  return { values, late: [called.id] };
}
