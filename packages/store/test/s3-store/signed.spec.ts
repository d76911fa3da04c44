/** With public keys configured, what everybody reads counts only if it is signed; a scope of one's own needs no signature. */
import { describe, expect, it } from '@jest/globals';
import { keyOf } from '@nx-notebook/testing';
import {
  generateSigningKeys,
  openSigner,
  openVerifier,
} from '../../src/sharing/signature.js';
import { openBench, restore, type Bench } from './fixtures.js';

const main = signerAndVerifier();
const stranger = signerAndVerifier();
const reader = { access: 'read', verifier: main.verifier } as const;
const pr = { kind: 'untrusted', name: 'pr-42' } as const;

describe('signed entries', () => {
  it('are read by everybody, whatever keys they have', async () => {
    await using bench = await openBench();
    const request = await bench.saved(undefined, main);
    for (const run of [bench.run(reader), bench.run()]) {
      expect(await restore(bench, run, request)).toBe('restored');
      expect(run.troubles).toEqual([]);
    }
  });

  it('stay valid when they are promoted by somebody without the key', async () => {
    await using bench = await openBench();
    const request = await bench.saved(undefined, main);
    const now = (): number => Date.UTC(2026, 11, 1);
    await bench.run({ now }).store.find(request.key);
    for (const name of bench.bucket.objects.keys()) {
      if (name.includes('g2026-11')) bench.bucket.objects.delete(name);
    }
    const run = bench.run({ ...reader, now });
    expect(await restore(bench, run, request)).toBe('restored');
  });

  it.each<readonly [string, string, (bench: Bench) => void]>([
    ['not signed', 'unsigned', dropSignature],
    [
      'changed in its provenance',
      'wrong signature',
      changeText('"contract"', '"somebody"'),
    ],
    [
      'changed in its storage',
      'wrong signature',
      changeText('"storage":[', '"storage": ['),
    ],
    [
      'signed with nonsense',
      'wrong signature',
      changeText('"algorithm"', '"algo"'),
    ],
    [
      'followed by a third line',
      'broken manifest',
      (bench) => edit(bench, (text) => `${text}more\n`),
    ],
  ])('that are %s are misses', async (_, reason, change) => {
    await using bench = await openBench();
    const request = await bench.saved(undefined, main);
    change(bench);
    const run = bench.run(reader);
    expect(await restore(bench, run, request)).toBe('miss');
    expect(run.troubles).toMatchObject([
      { operation: 'find', kind: 'damage', reason },
    ]);
  });

  it('of a key that is not ours are misses, and replaced by who may', async () => {
    await using bench = await openBench();
    const request = await bench.saved(undefined, stranger);
    const run = bench.run(reader);
    expect(await restore(bench, run, request)).toBe('miss');
    expect(run.troubles).toMatchObject([
      { kind: 'damage', reason: 'unknown key' },
    ]);
    expect((await bench.run(main).store.save(request)).status).toBe('saved');
    expect(await restore(bench, bench.run(reader), request)).toBe('restored');
  });

  it('are misses under another key', async () => {
    await using bench = await openBench();
    await bench.saved(undefined, main);
    const [from, to] = [keyOf('k'), keyOf('other')].map(
      (key) => `t/g2026-11/ac/${key.slice(0, 2)}/${key}.json`,
    );
    const { objects } = bench.bucket;
    objects.set(to ?? '', objects.get(from ?? '') ?? Buffer.alloc(0));
    const run = bench.run(reader);
    expect(await run.store.find(keyOf('other'), run.call)).toBeUndefined();
    expect(run.troubles).toHaveLength(1);
  });

  it('are not needed in a scope of its own', async () => {
    await using bench = await openBench();
    const options = { scope: pr, verifier: main.verifier };
    const request = await bench.saved(undefined, options);
    expect(await restore(bench, bench.run(options), request)).toBe('restored');
  });

  it.each([
    [
      'no key',
      { verifier: main.verifier },
      'storePublicKeys is set, so results of trusted runs have to be signed; set NX_NOTEBOOK_STORE_SIGNING_KEY, or storeAccess to `read`.',
    ],
    [
      'a key that nobody would accept',
      { verifier: main.verifier, signer: stranger.signer },
      `The signing key (${stranger.signer.keyId}) belongs to none of storePublicKeys; add its public key there.`,
    ],
  ])('are not written with %s', async (_, options, message) => {
    await using bench = await openBench();
    const request = await bench.request();
    const run = bench.run(options);
    expect(await run.store.save(request, run.call)).toEqual({
      status: 'failed',
      message: `Not stored: ${message}`,
    });
    expect(run.troubles).toEqual([
      {
        operation: 'save',
        kind: 'configuration',
        reason: 'signing key',
        message,
      },
    ]);
    expect([...bench.bucket.objects.keys()]).toEqual(['_meta/format.json']);
  });
});

function signerAndVerifier() {
  const { publicKey, privateKey } = generateSigningKeys();
  const signer = openSigner(privateKey);
  const verifier = openVerifier([publicKey]);
  if (signer.status !== 'ready' || verifier.status !== 'ready') {
    throw new Error('keys of our own are not accepted');
  }
  return { signer: signer.signer, verifier: verifier.verifier };
}

function edit({ bucket }: Bench, change: (text: string) => string): void {
  for (const [name, bytes] of bucket.objects) {
    if (!name.includes('/ac/')) continue;
    const text = change(bytes.toString());
    expect(text).not.toBe(bytes.toString());
    bucket.objects.set(name, Buffer.from(text));
  }
}

function dropSignature(bench: Bench): void {
  edit(bench, (text) => text.replace(/\n.*\n$/, '\n'));
}

function changeText(from: string, to: string) {
  return (bench: Bench): void => edit(bench, (text) => text.replace(from, to));
}
