import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { openScratch, snapshot } from '@nx-notebook/testing';
import { writeFileAtomically } from '../src/files/atomic-file.js';

test('replaces a file and leaves nothing else', async () => {
  await using scratch = await openScratch();
  await writeFile(scratch.path('a'), 'old');
  await writeFileAtomically(scratch.path('a'), 'new');
  expect(await snapshot(scratch.root)).toEqual({ '/': 'folder', '/a': 'new' });
});

test('leaves the old file and nothing else when it fails', async () => {
  await using scratch = await openScratch();
  await mkdir(scratch.path('a'));
  await expect(
    writeFileAtomically(scratch.path('a'), 'new'),
  ).rejects.toMatchObject({ code: 'EISDIR' });
  expect(await snapshot(scratch.root)).toEqual({
    '/': 'folder',
    '/a/': 'folder',
  });
});

test('shows readers whole files while sixteen write', async () => {
  await using scratch = await openScratch();
  const path = scratch.path('a');
  const texts = Array.from({ length: 16 }, (_, i) => `${i}`.repeat(50_000));
  await writeFile(path, texts[0] ?? '');
  const state = { isWriting: true };
  const writing = Promise.all(
    texts.map((text) => writeFileAtomically(path, text)),
  ).finally(() => (state.isWriting = false));
  while (state.isWriting) expect(texts).toContain(await readFile(path, 'utf8'));
  await writing;
});
