/**
 * How everything that is no notebook is executed: a notebook with one code cell that calls
 * `nx_notebook_tasks.<entry>.main(payload)`. The Python package is loaded by its path, so nothing is installed in the
 * user's environment and no folder of ours is on `sys.path`. Answers come back as a marked output. Pure.
 */
import { resolve } from 'node:path';
import type { JsonObject, JsonValue, Notebook } from '@nx-notebook/notebook';

/** The folder that holds the Python packages of this one. */
const pythonFolder = resolve(__dirname, '../python');

/** What user code imports from Ploomber where it isn't installed. */
export const standInFolder = resolve(pythonFolder, 'stand_in');

const answerType = 'application/vnd.nx-notebook.answer+json';

/** A notebook that calls `nx_notebook_tasks.<entry>.main(payload)`. */
export function driverNotebook(entry: string, payload: JsonObject): Notebook {
  const folder = resolve(pythonFolder, 'nx_notebook_tasks');
  // JSON's strings are Python's, too.
  const text = (value: string): string => JSON.stringify(value);
  const source = [
    'import importlib.util, sys',
    'spec = importlib.util.spec_from_file_location(',
    `    "nx_notebook_tasks", ${text(resolve(folder, '__init__.py'))},`,
    `    submodule_search_locations=[${text(folder)}],`,
    ')',
    'sys.modules[spec.name] = importlib.util.module_from_spec(spec)',
    'spec.loader.exec_module(sys.modules[spec.name])',
    `sys.modules[spec.name].run(${text(entry)}, ${text(JSON.stringify(payload))})`,
  ].join('\n');
  return {
    cells: [
      { type: 'code', source, metadata: {}, outputs: [], executionCount: null },
    ],
    metadata: {
      kernelspec: {
        display_name: 'Python 3',
        language: 'python',
        name: 'python3',
      },
    },
  };
}

/** What the driver has to say of the user's code. */
export type DriverAnswer =
  | { readonly status: 'done'; readonly value: JsonValue }
  | {
      readonly status: 'failed';
      readonly message: string;
      readonly hint: string | null;
      /** The innermost line of the user's own code. */
      readonly place: { readonly file: string; readonly line: number } | null;
      readonly traceback: string;
      readonly marks: JsonObject;
    };

/** The last answer among the outputs of an executed driver; none when it did not get that far. */
export function driverAnswer(
  executed: Notebook | undefined,
): DriverAnswer | undefined {
  const outputs = executed?.cells.flatMap(({ outputs }) => outputs ?? []) ?? [];
  const answers = outputs.flatMap((output) => {
    const data = output['data'] as JsonObject | undefined;
    const found = data?.[answerType];
    return found === undefined ? [] : [found];
  });
  return answers.at(-1) as DriverAnswer | undefined;
}
