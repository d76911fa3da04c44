/**
 * What a fault proxy can be told to do wrong, and to which requests. Plain data and its matching; moves no bytes.
 */

/** One request as the proxy saw it, filled in while it goes on. */
export interface ProxiedRequest {
  readonly method: string;
  /** Decoded, without the query: `/bucket/t/g2026-01/ac/…`. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** What the client was told; undefined while it was told nothing. */
  status: number | undefined;
  /** Of the bodies, as they passed. */
  sentBytes: number;
  receivedBytes: number;
  /** The faults that this request met, merged. */
  readonly fault: Fault;
}

/** Which requests meet a fault; absent fields match all. */
export interface FaultMatch {
  readonly method?: string;
  readonly path?: RegExp;
  readonly query?: RegExp;
  /** This many matching requests go through first. */
  readonly skip?: number;
  /** After this many faults the rule is over. */
  readonly times?: number;
}

/** Where in a request something happens: before the server hears of it, after its answer came, inside the answer's body. */
export type FaultPlace = 'request' | 'response' | 'body';

/** What goes wrong; several fields together do several things. */
export interface Fault {
  /** The proxy answers with an S3 error of its own; the server never hears of the request. */
  readonly answer?: {
    readonly status: number;
    readonly code: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** Waits before the server is asked. */
  readonly delayMs?: number;
  /** Both bodies pass at this pace. */
  readonly bytesPerSecond?: number;
  /** The connection to the client is cut there. */
  readonly reset?: FaultPlace;
  /** Nothing more comes from there on, until the proxy is closed. */
  readonly hang?: FaultPlace;
  /** The answer's body ends early, with or without an announced length. */
  readonly truncate?: 'with-length' | 'without-length';
  /** For `truncate`, and for `reset` and `hang` in the body: bytes that still pass. By default half of the body. */
  readonly cutAfterBytes?: number;
  /** One byte in the middle of the answer's body is another. */
  readonly flip?: true;
  /** An answer of the server is replaced by another S3 error, such as 404 by 403. */
  readonly mapStatus?: {
    readonly from: number;
    readonly to: number;
    readonly code: string;
  };
  /** Added to the Date of the answer. */
  readonly clockSkewMs?: number;
  /** Never reach the server, which then looks as if it ignored them: the request is signed again. */
  readonly dropHeaders?: readonly RegExp[];
}

/** A fault that was told to a proxy. */
export interface FaultRule {
  /** Requests that met it so far. */
  readonly hits: number;
  /** Settles when the first one did, for `hang` and `reset` when it hangs or was cut. */
  readonly reached: Promise<void>;
}

/** A rule with its counters. */
export class Rule implements FaultRule {
  readonly #match: FaultMatch;
  readonly fault: Fault;
  readonly reached: Promise<void>;
  readonly #reach: () => void;
  #matched = 0;

  constructor(match: FaultMatch, fault: Fault) {
    this.#match = match;
    this.fault = fault;
    let reach: (() => void) | undefined;
    this.reached = new Promise((resolve) => (reach = resolve));
    this.#reach = () => reach?.();
  }

  get hits(): number {
    const { skip = 0, times = Infinity } = this.#match;
    return Math.max(0, Math.min(this.#matched - skip, times));
  }

  /** Counts a request; true when the fault is for it. */
  takes(request: Pick<ProxiedRequest, 'method' | 'path' | 'query'>): boolean {
    const { method, path, query, skip = 0, times = Infinity } = this.#match;
    const fits =
      (method === undefined || method === request.method) &&
      (path?.test(request.path) ?? true) &&
      (query?.test(request.query) ?? true);
    if (!fits) return false;
    this.#matched++;
    return this.#matched > skip && this.#matched - skip <= times;
  }

  /** Settles {@link reached}. */
  markReached(): void {
    this.#reach();
  }
}

/** An error as S3 words it. */
export function errorBody(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>injected by a test</Message><RequestId>test</RequestId></Error>`;
}
