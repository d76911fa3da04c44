/**
 * Takes what differs by chance between two runs of the same notebook out of an executed notebook: widget model ids,
 * process ids in paths, times of execution. Pure. It does not touch what a user computed (addresses of objects, dates,
 * random numbers), and merges no streams.
 */
import type { JsonObject, JsonValue } from './json.js';
import {
  isJsonArray,
  isJsonObject,
  mapObject,
  omitKeys,
} from './json-value.js';
import type { Cell, Notebook } from './notebook.js';

const widgetState = 'application/vnd.jupyter.widget-state+json';
const widgetView = 'application/vnd.jupyter.widget-view+json';

/** Bounded in length, or a long line of slashes would take minutes. */
const kernelFolder =
  /(?:\b[A-Za-z]:)?[/\\][^\s"'()<>:]{0,200}?\bipykernel_\d+(?=[/\\])/g;

/** Old id of a widget model to its new one. */
type Names = ReadonlyMap<string, string>;

/** The notebook with widgets numbered in order of appearance, and without process ids and times. */
export function normaliseExecuted(notebook: Notebook): Notebook {
  const names = nameWidgets(notebook);
  const cells = notebook.cells.map((cell) => normaliseCell(cell, names));
  const { widgets } = notebook.metadata;
  const metadata = omitKeys(notebook.metadata, ['papermill']);
  return {
    cells,
    metadata: isJsonObject(widgets)
      ? { ...metadata, widgets: renameStates(widgets, names) }
      : metadata,
  };
}

function normaliseCell(cell: Cell, names: Names): Cell {
  const metadata = omitKeys(cell.metadata, [
    'execution',
    'ExecuteTime',
    'papermill',
  ]);
  return cell.outputs === undefined
    ? { ...cell, metadata }
    : {
        ...cell,
        metadata,
        outputs: cell.outputs.map((output) => normaliseOutput(output, names)),
      };
}

function normaliseOutput(output: JsonObject, names: Names): JsonObject {
  const { text, traceback, data } = output;
  return {
    ...output,
    ...(typeof text === 'string' && { text: withoutPid(text) }),
    ...(isJsonArray(traceback) && {
      traceback: traceback.map((line) =>
        typeof line === 'string' ? withoutPid(line) : line,
      ),
    }),
    ...(isJsonObject(data) && { data: renameView(data, names) }),
  };
}

/** Kernels compile cells under `/tmp/ipykernel_<pid>/<hash of the source>.py`. */
function withoutPid(text: string): string {
  return text.includes('ipykernel_')
    ? text.replace(kernelFolder, 'ipykernel')
    : text;
}

/** Views name models in the order of the cells; models that no view shows follow where another one refers to them. */
function nameWidgets(notebook: Notebook): Names {
  const states = statesOf(notebook);
  const names = new Map<string, string>();
  const visit = (id: string): void => {
    if (!names.has(id)) {
      names.set(id, `widget-${names.size + 1}`);
      collectReferences(states.get(id) ?? null, visit);
    }
  };
  for (const { outputs = [] } of notebook.cells) {
    for (const { data } of outputs) {
      const view = isJsonObject(data) ? data[widgetView] : undefined;
      const id = isJsonObject(view) ? view['model_id'] : undefined;
      if (typeof id === 'string') {
        visit(id);
      }
    }
  }
  // What nothing refers to is ordered by what it is, as its id says nothing.
  const rest = [...states].filter(([id]) => !names.has(id));
  const contents = new Map(
    rest.map(([id, state]) => [id, JSON.stringify(withoutReferences(state))]),
  );
  rest.sort(([a], [b]) =>
    compare(contents.get(a) ?? '', contents.get(b) ?? ''),
  );
  rest.forEach(([id]) => visit(id));
  return names;
}

function statesOf(notebook: Notebook): Map<string, JsonValue> {
  const { widgets } = notebook.metadata;
  const bundle = isJsonObject(widgets) ? widgets[widgetState] : undefined;
  const states = isJsonObject(bundle) ? bundle['state'] : undefined;
  return new Map(
    Object.entries(isJsonObject(states) ? states : {}).map(
      ([id, state = null]) => [id, state],
    ),
  );
}

function referenceOf(value: JsonValue): string | undefined {
  return typeof value === 'string'
    ? /^IPY_MODEL_(.+)$/.exec(value)?.[1]
    : undefined;
}

/** In the order of the keys' names, which does not depend on the run. */
function collectReferences(
  value: JsonValue,
  visit: (id: string) => void,
): void {
  const id = referenceOf(value);
  if (id !== undefined) {
    visit(id);
  } else if (isJsonArray(value)) {
    value.forEach((item) => collectReferences(item, visit));
  } else if (isJsonObject(value)) {
    for (const key of Object.keys(value).sort()) {
      collectReferences(value[key] ?? null, visit);
    }
  }
}

function withoutReferences(value: JsonValue): JsonValue {
  return mapText(value, (text) =>
    referenceOf(text) === undefined ? text : 'IPY_MODEL_',
  );
}

function renameView(data: JsonObject, names: Names): JsonObject {
  const view = data[widgetView];
  const id = isJsonObject(view) ? view['model_id'] : undefined;
  const name = typeof id === 'string' ? names.get(id) : undefined;
  return name === undefined || !isJsonObject(view)
    ? data
    : { ...data, [widgetView]: { ...view, model_id: name } };
}

function renameStates(widgets: JsonObject, names: Names): JsonObject {
  const bundle = widgets[widgetState];
  const states = isJsonObject(bundle) ? bundle['state'] : undefined;
  if (!isJsonObject(bundle) || !isJsonObject(states)) {
    return widgets;
  }
  const renamed = Object.fromEntries(
    Object.entries(states).map(([id, state = null]) => [
      names.get(id) ?? id,
      mapText(state, (text) => {
        const target = names.get(referenceOf(text) ?? '');
        return target === undefined ? text : `IPY_MODEL_${target}`;
      }),
    ]),
  );
  return { ...widgets, [widgetState]: { ...bundle, state: renamed } };
}

function mapText(
  value: JsonValue,
  change: (text: string) => string,
): JsonValue {
  if (typeof value === 'string') {
    return change(value);
  }
  if (isJsonArray(value)) {
    return value.map((item) => mapText(item, change));
  }
  return isJsonObject(value)
    ? mapObject(value, (item) => mapText(item, change))
    : value;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
