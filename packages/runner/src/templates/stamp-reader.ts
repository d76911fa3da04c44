/**
 * Asks databases for the stamps of relations: one Python process for all relations of a pipeline, started with the first
 * question. It runs the pipeline's client functions, so it is for runs and never for the graph.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { AskRelation, RelationAnswer, TaskRef } from '@nx-notebook/engine';
import { parseJson, type JsonObject } from '@nx-notebook/notebook';
import type { Relation } from '@nx-notebook/pipeline';
import type { PythonLookup } from '@nx-notebook/python';
import { encodeCall, encodePaths } from '../payload.js';

/** A database that can't be reached keeps a driver waiting for minutes. */
const answerMs = 30_000;

const script = resolve(__dirname, '../../python/answer_stamps.py');

/** What the reader works with. */
export interface StampReaderOptions {
  readonly python: (pipelineFolder: string) => Promise<PythonLookup>;
}

/** Answers until it is disposed of. */
export interface StampReader {
  readonly ask: AskRelation;
  dispose(): void;
}

/** Makes a reader; no process is started before the first question. */
export function createStampReader({ python }: StampReaderOptions): StampReader {
  const processes = new Map<string, AnsweringProcess>();
  return {
    async ask({ pipeline, task }) {
      const { product } = task;
      if (product.kind !== 'relation') return { status: 'absent' };
      const { folder } = pipeline;
      const known = processes.get(folder);
      if (known?.isAlive !== true) {
        const found = await python(folder);
        if (!found.ok)
          return {
            status: 'unknown',
            message: found.message,
            hint: found.hint,
          };
        // Somebody else may have started one meanwhile.
        if (processes.get(folder)?.isAlive !== true)
          processes.set(
            folder,
            new AnsweringProcess(found.interpreter.path, folder),
          );
      }
      const answering = processes.get(folder);
      return answering === undefined
        ? { status: 'absent' }
        : await answering.ask(questionOf(pipeline, product.relation));
    },
    dispose() {
      for (const each of processes.values()) each.dispose();
      processes.clear();
    },
  };
}

function questionOf(
  pipeline: TaskRef['pipeline'],
  { schema, name, type, client }: Relation,
): JsonObject {
  return {
    paths: encodePaths(pipeline),
    client: encodeCall(client),
    relation: { schema: schema ?? null, name, type },
  };
}

class AnsweringProcess {
  isAlive = true;
  readonly #child: ChildProcess;
  readonly #waiting: ((answer: RelationAnswer) => void)[] = [];
  #log = '';

  constructor(python: string, cwd: string) {
    this.#child = spawn(python, [script], {
      cwd,
      // User code runs there, and what it prints may be shared.
      env: { ...process.env, NX_NOTEBOOK_STORE_SIGNING_KEY: undefined },
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const { stdin, stdout, stderr } = this.#child;
    // It ended before it read: its end is told below.
    stdin?.on('error', () => undefined);
    if (stdout !== null)
      createInterface({ input: stdout }).on('line', (line) => {
        this.#waiting.shift()?.(readAnswer(line));
      });
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#log = `${this.#log}${text}`.slice(-4000);
    });
    this.#child.on('error', (error) => {
      this.#end(error.message);
    });
    this.#child.on('close', () => {
      this.#end(this.#log.trim().split('\n').at(-1) ?? '');
    });
  }

  async ask(question: JsonObject): Promise<RelationAnswer> {
    if (!this.isAlive) return unknown('The process ended.');
    const answered = new Promise<RelationAnswer>((settle) => {
      this.#waiting.push(settle);
    });
    this.#child.stdin?.write(`${JSON.stringify(question)}\n`);
    const limit = new AbortController();
    const late = delay(answerMs, undefined, { signal: limit.signal }).then(
      () => {
        this.#end(`There was no answer within ${answerMs / 1000} s.`);
      },
      () => undefined,
    );
    const answer = await answered;
    limit.abort();
    await late;
    return answer;
  }

  dispose(): void {
    this.#end('The run has ended.');
  }

  #end(why: string): void {
    if (this.isAlive) {
      this.isAlive = false;
      this.#child.kill('SIGKILL');
    }
    for (const settle of this.#waiting.splice(0)) settle(unknown(why));
  }
}

function unknown(why: string): RelationAnswer {
  return {
    status: 'unknown',
    message: `The database could not be asked what it holds. ${why}`.trim(),
    hint: 'See that the database runs and that the client function works: python -c "import clients; clients.get()".',
  };
}

function readAnswer(line: string): RelationAnswer {
  const read = parseJson(line);
  const answer = (read.ok ? read.value : {}) as JsonObject;
  const { status, stamp, message, hint } = answer;
  if (status === 'stamped' && typeof stamp === 'string')
    return { status, stamp };
  if (status === 'absent') return { status };
  return {
    status: 'unknown',
    message: typeof message === 'string' ? message : `Not an answer: ${line}`,
    ...(typeof hint === 'string' ? { hint } : {}),
  };
}
