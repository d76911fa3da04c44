/**
 * A bucket of a test server as its owner sees it: puts, reads, damages and counts objects, sets the policy. Knows S3's
 * requests, not what is stored.
 */
import {
  signRequest,
  type S3Credentials,
  type UnsignedRequest,
} from './sign-request.js';

/** One object of a listing. */
export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
}

/** A bucket, with its owner's rights: policies do not concern these calls. They throw when the server refuses. */
export class TestBucket {
  readonly name: string;
  readonly #endpoint: () => string;
  readonly #owner: S3Credentials;

  /** Use `S3Server.makeBucket`. */
  constructor(name: string, owner: S3Credentials, endpoint: () => string) {
    this.name = name;
    this.#owner = owner;
    this.#endpoint = endpoint;
  }

  /** Creates the bucket itself. */
  async create(): Promise<void> {
    await this.#send('PUT', '');
  }

  /** Writes or overwrites an object. */
  async put(key: string, content: string | Uint8Array): Promise<void> {
    await this.#send('PUT', key, { body: content });
  }

  /** The bytes of an object; undefined when there is none. */
  async get(key: string): Promise<Buffer | undefined> {
    const answer = await this.#send('GET', key, { mayBeMissing: true });
    return answer.status === 404
      ? undefined
      : Buffer.from(await answer.arrayBuffer());
  }

  /** Deletes an object, if there is one. */
  async delete(key: string): Promise<void> {
    await this.#send('DELETE', key, { mayBeMissing: true });
  }

  /** All objects below a prefix, by key. */
  async list(prefix = ''): Promise<readonly ListedObject[]> {
    const found: ListedObject[] = [];
    let token: string | undefined;
    do {
      const page = await this.#page(prefix, token);
      found.push(...page.objects);
      token = page.next;
    } while (token !== undefined);
    return found;
  }

  /** Sets the bucket's policy; without one only the owner may do anything. */
  async setPolicy(policy: object | undefined): Promise<void> {
    await (policy === undefined
      ? this.#send('DELETE', '', { query: 'policy', mayBeMissing: true })
      : this.#send('PUT', '', {
          query: 'policy',
          body: JSON.stringify(policy),
        }));
  }

  /** Multipart uploads that nobody completed. */
  async openUploads(): Promise<readonly string[]> {
    const answer = await this.#send('GET', '', { query: 'uploads' });
    return tagged(await answer.text(), 'Key');
  }

  async #page(
    prefix: string,
    token: string | undefined,
  ): Promise<{
    readonly objects: readonly ListedObject[];
    readonly next: string | undefined;
  }> {
    const query = new URLSearchParams({ 'list-type': '2', prefix });
    if (token !== undefined) query.set('continuation-token', token);
    const answer = await this.#send('GET', '', { query: query.toString() });
    const text = await answer.text();
    return {
      objects: tagged(text, 'Contents').map((entry) => ({
        key: tagged(entry, 'Key')[0] ?? '',
        sizeBytes: Number(tagged(entry, 'Size')[0]),
      })),
      next: tagged(text, 'NextContinuationToken')[0],
    };
  }

  async #send(
    method: string,
    key: string,
    options: {
      readonly query?: string;
      readonly body?: string | Uint8Array;
      readonly mayBeMissing?: boolean;
    } = {},
  ): Promise<Response> {
    const path = [this.name, ...key.split('/')].map(encodeURIComponent);
    const url = new URL(path.join('/'), `${this.#endpoint()}/`);
    url.search = options.query ?? '';
    const request: UnsignedRequest = { method, url, headers: {} };
    const headers = await signRequest(request, this.#owner);
    const answer = await fetch(url, {
      method,
      headers,
      ...(options.body === undefined
        ? {}
        : { body: Buffer.from(options.body) }),
    });
    if (answer.ok || (answer.status === 404 && options.mayBeMissing === true))
      return answer;
    throw new Error(
      `${method} ${url.pathname}${url.search}: ${answer.status} ${await answer.text()}`,
    );
  }
}

/** The texts of all elements of a name; S3's answers are flat enough for it. */
function tagged(xml: string, name: string): readonly string[] {
  const pattern = new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g');
  return [...xml.matchAll(pattern)].map((match) => unescapeXml(match[1] ?? ''));
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
