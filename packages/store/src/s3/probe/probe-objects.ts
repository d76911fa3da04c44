/**
 * The raw requests that probes make: small objects under names of the probes' own, which no reader asks for. Some are
 * wrong on purpose. Knows no findings.
 *
 *     t/doctor/ac/probe, t/doctor/cas/probe, _meta/doctor, u/<scope>/doctor/…     stay where nobody may delete
 */
import type * as Sdk from '@aws-sdk/client-s3';
import type { Failure } from '../transport/failure.js';
import type { Answer, Requests } from '../transport/requests.js';

/** Whether credentials may do something. */
export type Permission = 'yes' | 'no' | 'unclear';

/** The bytes of every probe that is not part of a race. */
export const PROBE_TEXT = 'written by nx-notebook doctor\n';

/** Room for more than any probe or canary. */
const MAX_TEXT_BYTES = 65_536;

/** An object as a probe reads it. */
export interface ProbedObject {
  readonly text: string;
  readonly etag: string;
}

/** What a request is made with. */
export interface ProbeConnection {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.S3Client;
  /** The bucket and the full name. */
  readonly where: { readonly Bucket: string; readonly Key: string };
  readonly options: { readonly abortSignal: AbortSignal };
}

/** Makes requests with small objects. */
export class ProbeObjects {
  readonly #requests: Requests;

  constructor(requests: Requests) {
    this.#requests = requests;
  }

  /** Any request about one object. */
  ask<T>(
    name: string,
    work: (connection: ProbeConnection) => Promise<T>,
  ): Promise<Answer<T>> {
    const { bucket } = this.#requests;
    const where = { Bucket: bucket, Key: this.#requests.keyOf(name) };
    return this.#requests.make({}, ({ sdk, client, signal }) =>
      work({ sdk, client, where, options: { abortSignal: signal } }),
    );
  }

  /** Writes an object; the fields say under which condition, and what is wrong. Gives its etag. */
  put(
    name: string,
    body: string,
    fields: Omit<
      Partial<Sdk.PutObjectCommandInput>,
      'Bucket' | 'Key' | 'Body'
    > = {},
  ): Promise<Answer<string>> {
    return this.ask(name, async ({ sdk, client, where, options }) => {
      const { ETag } = await client.send(
        new sdk.PutObjectCommand({ ...where, Body: body, ...fields }),
        options,
      );
      return ETag ?? '';
    });
  }

  /** Reads a small object. */
  get(name: string): Promise<Answer<ProbedObject>> {
    return this.ask(name, async ({ sdk, client, where, options }) => {
      const { Body, ETag, ContentLength } = await client.send(
        new sdk.GetObjectCommand(where),
        options,
      );
      const isSmall = (ContentLength ?? 0) <= MAX_TEXT_BYTES;
      const text = isSmall ? await Body?.transformToString() : undefined;
      if (!isSmall && Body !== undefined && 'destroy' in Body) Body.destroy();
      return { text: text ?? '', etag: ETag ?? '' };
    });
  }

  /** Deletes; servers don't say whether there was anything. */
  remove(name: string): Promise<Answer<unknown>> {
    return this.ask(name, ({ sdk, client, where, options }) =>
      client.send(new sdk.DeleteObjectCommand(where), options),
    );
  }

  /** Whether a new object may be written there; nothing that stands there is changed. */
  async mayCreate(name: string): Promise<Permission> {
    const answer = await this.put(name, PROBE_TEXT, { IfNoneMatch: '*' });
    if (isRefusal(answer, 'refused')) {
      // A server that knows no conditions; the name is ours, so that an overwritten one is the same.
      return permission(await this.put(name, PROBE_TEXT));
    }
    return permission(answer);
  }

  /** Whether an object that is there may be read. */
  async mayRead(name: string): Promise<Permission> {
    return permission(await this.get(name));
  }

  /** Whether objects may be deleted; asked with the name of a probe. */
  async mayDelete(name: string): Promise<Permission> {
    return permission(await this.remove(name));
  }
}

/** Whether an answer is a refusal for this reason. */
export function isRefusal(
  answer: Answer<unknown>,
  reason: Failure['reason'],
): boolean {
  return answer.status === 'trouble' && answer.reason === reason;
}

/** An object in the way, or none, is met only by who may. */
function permission(answer: Answer<unknown>): Permission {
  if (answer.status === 'done') return 'yes';
  if (answer.reason === 'exists' || answer.reason === 'missing') return 'yes';
  return answer.reason === 'forbidden' ? 'no' : 'unclear';
}
