/** Whose results on this disk a run may take. */
import { expect, test } from '@jest/globals';
import { localStoreFolder } from '../src/local-store-folder.js';

function folderOf(
  keys: readonly string[] | undefined,
  kind?: 'trusted' | 'untrusted',
): string {
  const settings = {
    targetName: 'execute',
    kernels: 1,
    localStore: 'results',
    ...(keys === undefined ? {} : { storePublicKeys: keys }),
  };
  const scope =
    kind === 'untrusted'
      ? ({ kind, name: 'pr-42' } as const)
      : kind && ({ kind } as const);
  return localStoreFolder({ workspaceRoot: '/w', settings, env: {}, scope });
}

test('developers and pull requests share one folder', () => {
  expect(folderOf(undefined)).toBe('/w/results');
  expect(folderOf([], 'untrusted')).toBe('/w/results');
});

test('trusted runs have their own', () => {
  expect(folderOf(undefined, 'trusted')).toBe('/w/results/trusted');
});

test('who asks for signatures takes nothing that was not asked for the same ones', () => {
  const signed = folderOf(['ed25519:a']);
  expect(signed).toMatch(/^\/w\/results\/signed-[0-9a-f]{8}$/);
  expect(folderOf(['ed25519:b'])).not.toBe(signed);
  expect(folderOf(['b', 'a', 'b'])).toBe(folderOf(['a', 'b']));
  expect(folderOf(['ed25519:a'], 'trusted')).toBe(
    signed.replace('results', 'results/trusted'),
  );
});
