/**
 * The bare script that restoring is compared with: 32 downloads at once with the SDK of the store, each into a file.
 * Prints how long it took, the loading of the SDK included. Arguments: bucket, file with a list of keys, folder.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const AT_ONCE = 32;

const [bucket = '', list = '', folder = ''] = process.argv.slice(2);
/** @type {unknown} */
const listed = JSON.parse(await readFile(list, 'utf8'));
const keys = /** @type {readonly string[]} */ (listed);
await mkdir(folder, { recursive: true });

const started = performance.now();
// The same that the store uses; nothing else of the workspace depends on it.
const require = createRequire(
  new URL('../../packages/store/', import.meta.url),
);
/** @type {unknown} */
const loaded = require('@aws-sdk/client-s3');
const { GetObjectCommand, S3Client } =
  /** @type {typeof import('@aws-sdk/client-s3')} */ (loaded);
const client = new S3Client({
  forcePathStyle: true,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
});
const queue = keys.entries();
const lane = async () => {
  for (const [index, Key] of queue) {
    const get = new GetObjectCommand({ Bucket: bucket, Key });
    const { Body } = await client.send(get);
    const body = /** @type {import('node:stream').Readable} */ (Body);
    await pipeline(body, createWriteStream(join(folder, String(index))));
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, lane));
process.stdout.write(String(performance.now() - started));
