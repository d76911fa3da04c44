/**
 * A process that moves one file to or from a bucket, with the store's client or with the bare SDK, and prints how long
 * it took and the most memory it ever had. Arguments: `ours|bare`, `put|get`, bucket, path, size, sha256.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pipeline } from 'node:stream/promises';

/** The name of the object, also of the bare SDK's. */
const NAME = 'big';

const [who, action, bucket = '', path = '', size, sha256 = ''] =
  process.argv.slice(2);
const sizeBytes = Number(size);

function bare() {
  // The same that the store uses; nothing else of the workspace depends on it.
  const require = createRequire(
    new URL('../../packages/store/', import.meta.url),
  );
  /** @type {unknown} */
  const loaded = require('@aws-sdk/client-s3');
  const { GetObjectCommand, PutObjectCommand, S3Client } =
    /** @type {typeof import('@aws-sdk/client-s3')} */ (loaded);
  const client = new S3Client({
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const object = { Bucket: bucket, Key: NAME };
  return async () => {
    if (action === 'put') {
      const Body = createReadStream(path);
      const put = { ...object, Body, ContentLength: sizeBytes };
      await client.send(new PutObjectCommand(put));
      return;
    }
    const { Body } = await client.send(new GetObjectCommand(object));
    const body = /** @type {import('node:stream').Readable} */ (Body);
    await pipeline(body, createWriteStream(path));
  };
}

async function ours() {
  const { openS3Bucket } =
    await import('../../packages/store/dist/s3/open-bucket.js');
  const { sourceOfFile } =
    await import('../../packages/store/dist/s3/byte-sources.js');
  const { downloadFile } =
    await import('../../packages/store/dist/s3/download.js');
  const client = openS3Bucket({ bucket, prefix: '' });
  return async () => {
    if (action === 'put') {
      const source = sourceOfFile(path, { digest: sha256, sizeBytes });
      const outcome = await client.write(NAME, source);
      if (outcome.status !== 'written') throw new Error(outcome.message);
      return;
    }
    const handle = await open(path, 'wx+');
    const request = { name: NAME, sizeBytes, handle };
    const outcome = await downloadFile(client, request);
    await handle.close();
    if (outcome.status !== 'downloaded') throw new Error(outcome.message);
    if (outcome.digest !== sha256) throw new Error('other bytes came back');
  };
}

const move = await (who === 'bare' ? bare() : ours());
const started = performance.now();
await move();
const ms = performance.now() - started;
const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
const kilobytes = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? NaN);
process.stdout.write(`${ms} ${kilobytes * 1024}`);
