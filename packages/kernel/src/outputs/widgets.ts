/**
 * What a front end would do for Jupyter widgets: keep the state of their models, and be the view of Output widgets, which
 * collect the outputs of a cell in place of the cell. Knows comm messages, not cells.
 */
import type { JsonObject, JsonValue } from '@nx-notebook/notebook';
import type { KernelMessage } from '../client/message.js';
import { CellOutputs } from './cell-outputs.js';

/** Sends state to the model of a widget in the kernel. */
export type UpdateModel = (commId: string, state: JsonObject) => void;

interface Model {
  state: JsonObject;
  readonly buffers: Map<string, JsonObject>;
}

/** An Output widget: collects what it captures, and tells the kernel before the next cell runs. */
class OutputWidget {
  readonly commId: string;
  readonly outputs: CellOutputs;
  captures: string | undefined;
  hasNews = false;

  constructor(commId: string, limitBytes: number) {
    this.commId = commId;
    this.outputs = new CellOutputs(limitBytes);
  }
}

/** All widgets of a notebook. */
export class Widgets {
  readonly #limitBytes: number;
  readonly #update: UpdateModel;
  readonly #models = new Map<string, Model>();
  readonly #outputWidgets = new Map<string, OutputWidget>();
  /** By the id of the request whose outputs they capture; the last one counts. */
  readonly #captors = new Map<string, OutputWidget[]>();

  constructor(limitBytes: number, update: UpdateModel) {
    this.#limitBytes = limitBytes;
    this.#update = update;
  }

  /** The place for the outputs of a request, if a widget captures them. */
  captorOf(requestId: string): CellOutputs | undefined {
    const widget = this.#captors.get(requestId)?.at(-1);
    if (widget !== undefined) {
      widget.hasNews = true;
    }
    return widget?.outputs;
  }

  /** Takes a comm_open, comm_msg or comm_close message. */
  receive(message: KernelMessage): void {
    const commId = message.content['comm_id'] as string;
    const data = objectOf(message.content['data']);
    const state = data['state'];
    if (!isObject(state)) {
      return;
    }
    this.#keepState(commId, state, data, message.buffers);
    if (message.header.msg_type === 'comm_open') {
      if (isOutputModel(message.content, state)) {
        this.#outputWidgets.set(
          commId,
          new OutputWidget(commId, this.#limitBytes),
        );
      }
    } else if (typeof state['msg_id'] === 'string') {
      this.#capture(commId, state['msg_id']);
    }
  }

  /** Tells the kernel what Output widgets collected; before a cell, so that the cell sees it. */
  publish(): void {
    for (const widget of this.#outputWidgets.values()) {
      if (widget.hasNews) {
        widget.hasNews = false;
        this.#update(widget.commId, { outputs: this.#syncState(widget) });
      }
    }
  }

  /** `metadata.widgets` of the notebook, if it has widgets. */
  toJson(): JsonObject | undefined {
    if (this.#models.size === 0) {
      return undefined;
    }
    const state = Object.fromEntries(
      [...this.#models]
        .filter(([, model]) => '_model_name' in model.state)
        .map(([id, model]) => [id, modelJson(model)]),
    );
    return {
      'application/vnd.jupyter.widget-state+json': {
        state,
        version_major: 2,
        version_minor: 0,
      },
    };
  }

  #keepState(
    commId: string,
    state: JsonObject,
    data: JsonObject,
    buffers: readonly DataView[],
  ): void {
    const model = this.#models.get(commId) ?? { state: {}, buffers: new Map() };
    model.state = { ...model.state, ...state };
    this.#models.set(commId, model);
    const paths = data['buffer_paths'];
    for (const [index, path] of (Array.isArray(paths) ? paths : []).entries()) {
      const buffer = buffers[index];
      if (buffer !== undefined) {
        model.buffers.set(JSON.stringify(path), {
          data: base64(buffer),
          encoding: 'base64',
          path: path as JsonValue,
        });
      }
    }
  }

  #capture(commId: string, requestId: string): void {
    const widget = this.#outputWidgets.get(commId);
    if (widget === undefined) {
      return;
    }
    if (widget.captures !== undefined) {
      const captors = this.#captors.get(widget.captures) ?? [];
      this.#captors.set(
        widget.captures,
        captors.filter((one) => one !== widget),
      );
    }
    widget.captures = requestId === '' ? undefined : requestId;
    if (widget.captures !== undefined) {
      const captors = this.#captors.get(widget.captures) ?? [];
      this.#captors.set(widget.captures, [...captors, widget]);
    }
    this.#syncState(widget);
  }

  #syncState(widget: OutputWidget): JsonObject[] {
    const outputs = widget.outputs.toJson();
    const model = this.#models.get(widget.commId);
    if (model !== undefined) {
      model.state = { ...model.state, outputs };
    }
    return outputs;
  }
}

function isOutputModel(content: JsonObject, state: JsonObject): boolean {
  return (
    content['target_name'] === 'jupyter.widget' &&
    state['_model_module'] === '@jupyter-widgets/output' &&
    state['_model_name'] === 'OutputModel'
  );
}

function modelJson({ state, buffers }: Model): JsonObject {
  return {
    model_name: state['_model_name'] ?? null,
    model_module: state['_model_module'] ?? null,
    model_module_version: state['_model_module_version'] ?? null,
    state,
    ...(buffers.size === 0 ? {} : { buffers: [...buffers.values()] }),
  };
}

function base64(buffer: DataView): string {
  return Buffer.from(
    buffer.buffer,
    buffer.byteOffset,
    buffer.byteLength,
  ).toString('base64');
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {};
}
