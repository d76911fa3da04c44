/**
 * Requests to one bucket: connected when the first is made, queued, watched, tried again within bounds. Knows what is
 * worth another try, not what is asked for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type * as Sdk from '@aws-sdk/client-s3';
import type { RequestOptions } from '../bucket.js';
import {
  abortedFailure,
  AttemptEnded,
  watched,
  type Watch,
} from './attempt.js';
import { readFailure, type Destination, type Failure } from './failure.js';
import { usualSingleWriteBytes, type BucketLimits } from './limits.js';
import {
  connect,
  labelOf,
  type S3Connection,
  type S3Location,
} from './location.js';
import { Lanes } from '../../sharing/lanes.js';

/** A try's surroundings. */
export interface Try extends Watch {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.S3Client;
  /** An earlier try of this request may have succeeded without our knowing. */
  readonly isAfterDoubt: boolean;
}

/** What callers may give with every operation. */
export type Given = {
  readonly [K in keyof RequestOptions]-?: RequestOptions[K] | undefined;
};

/** How one request is made. */
export interface RequestSettings {
  readonly signal?: AbortSignal | undefined;
  /** Instead of the usual silence: for work that the server does by itself. */
  readonly silenceMs?: number;
}

/** What came of it. */
export type Answer<T> =
  { readonly status: 'done'; readonly value: T } | Failure;

/** Makes requests. Safe to call concurrently. */
export class Requests {
  readonly label: string;
  readonly limits: BucketLimits;
  /** These credentials were refused an object for lack of rights, not for what they are. */
  isUsuallyForbidden = false;
  readonly #location: S3Location;
  readonly #lanes: Lanes;
  #connection: Promise<S3Connection> | undefined;

  constructor(location: S3Location, limits: BucketLimits) {
    this.label = labelOf(location);
    this.limits = limits;
    this.#location = location;
    this.#lanes = new Lanes(limits.parallelRequests);
  }

  get bucket(): string {
    return this.#location.bucket;
  }

  /** The full name of an object. */
  keyOf(name: string): string {
    const { prefix } = this.#location;
    return prefix === '' ? name : `${prefix}/${name}`;
  }

  /** Larger objects go in parts. */
  async singleWriteBytes(): Promise<number> {
    const { singleWriteBytes } = this.limits;
    if (singleWriteBytes !== undefined) return singleWriteBytes;
    try {
      return usualSingleWriteBytes(
        (await this.#connected()).endpoint === undefined,
      );
    } catch {
      // The request itself tells what is wrong with the configuration.
      return usualSingleWriteBytes(true);
    }
  }

  /** Tries until it is done, hopeless or tried often enough. Never rejects for the network or the server. */
  async make<T>(
    { signal, silenceMs = this.limits.silenceMs }: RequestSettings,
    work: (attempt: Try) => Promise<T>,
  ): Promise<Answer<T>> {
    let isAfterDoubt = false;
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#lanes.run(() =>
        this.#try({ signal, silenceMs, isAfterDoubt }, work),
      );
      if (answer.status === 'done') return answer;
      if (tries >= this.#triesFor(answer)) return answer;
      isAfterDoubt ||= answer.isInDoubt;
      if (!(await this.#wait(answer, tries, signal)))
        return abortedFailure(this.label);
    }
  }

  /** Closes idle connections; the next request makes new ones. */
  close(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.then(
      ({ client }) => client.destroy(),
      () => undefined,
    );
  }

  #connected(): Promise<S3Connection> {
    this.#connection ??= connect(this.#location, this.limits.connectMs);
    return this.#connection;
  }

  async #try<T>(
    settings: Required<RequestSettings> & { readonly isAfterDoubt: boolean },
    work: (attempt: Try) => Promise<T>,
  ): Promise<Answer<T>> {
    const { label } = this;
    const { signal, silenceMs, isAfterDoubt } = settings;
    let where: Destination = {
      label,
      bucket: this.bucket,
      endpoint: this.#location.endpoint,
    };
    try {
      // Loading the SDK keeps the process busy, which is no silence of the server.
      const { sdk, client, endpoint } = await this.#connected();
      where = { ...where, endpoint };
      const value = await watched({ label, silenceMs, signal }, (watch) =>
        work({ ...watch, sdk, client, isAfterDoubt }),
      );
      return { status: 'done', value };
    } catch (error) {
      return error instanceof AttemptEnded
        ? error.failure
        : readFailure(error, where);
    }
  }

  #triesFor({ retry }: Failure): number {
    switch (retry) {
      case 'never':
        return 1;
      case 'once':
        return 2;
      case 'slowly':
        return this.limits.silentAttempts;
      case 'soon':
        return this.limits.attempts;
    }
  }

  /** Whether the wait went by; not when the caller gave up. */
  async #wait(
    { waitMs }: Failure,
    tries: number,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const { backoffMs, longestBackoffMs } = this.limits;
    const mean = Math.max(waitMs ?? 0, backoffMs * 2 ** (tries - 1));
    // Spread, so that the clients of one outage don't come back together.
    const spread = Math.min(mean, longestBackoffMs) * (0.5 + Math.random());
    try {
      await sleep(spread, undefined, signal === undefined ? {} : { signal });
      return true;
    } catch {
      return false;
    }
  }
}
