/**
 * Signs plain HTTP requests as S3 wants them (Signature Version 4), with a well-kept signer. Knows headers and keys;
 * sends nothing.
 */
import { createHash, createHmac, type BinaryLike } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

/** The region of every test server. */
export const REGION = 'us-east-1';

/** Who signs. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What is signed: everything but the body, whose digest is in `x-amz-content-sha256`. */
export interface UnsignedRequest {
  readonly method: string;
  /** Of the server that will read it, with the scheme. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** The headers to send, with authorization, the host among them; those given stay as they are. */
export async function signRequest(
  { method, url, headers }: UnsignedRequest,
  credentials: S3Credentials,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    credentials,
    region: REGION,
    service: 's3',
    sha256: NodeSha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
  const signed = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: queryOf(url),
    headers: {
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      host: url.host,
      ...headers,
    },
  });
  return signed.headers;
}

function queryOf(url: URL): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(url.searchParams.keys())) {
    const values = url.searchParams.getAll(name);
    query[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return query;
}

/** Node's own sha256 and HMAC in the shape that the signer asks for. */
class NodeSha256 {
  #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;
  readonly #secret: BinaryLike | undefined;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret =
      secret === undefined || typeof secret === 'string'
        ? secret
        : bytesOf(secret);
    this.#hash = this.#fresh();
  }

  update(chunk: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof chunk === 'string' ? chunk : bytesOf(chunk));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    this.#hash = this.#fresh();
  }

  #fresh(): ReturnType<typeof createHash> | ReturnType<typeof createHmac> {
    return this.#secret === undefined
      ? createHash('sha256')
      : createHmac('sha256', this.#secret);
  }
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
