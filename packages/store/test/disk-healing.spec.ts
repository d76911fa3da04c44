/** On disk a damaged blob is removed when it is found, so that any process heals it, not only the one that found it. */
import { expect, it } from '@jest/globals';
import {
  locationsIn,
  openScratch,
  requestFor,
  writeProducts,
} from '@nx-notebook/testing';
import { openDiskHarness } from './disk-harness.js';

it('heals in one process what another found damaged', async () => {
  await using scratch = await openScratch();
  await using harness = await openDiskHarness();
  const locations = await writeProducts(scratch.path('in'), { data: 'abc' });
  const request = await requestFor('k', locations);
  await harness.open().save(request);
  for (const name of await harness.listObjects()) {
    if (name.startsWith('cas/')) {
      await harness.writeObject(name, Buffer.from('abd'));
    }
  }
  const restore = async (): Promise<string | undefined> => {
    const hit = await harness.open().find(request.key);
    const targets = locationsIn(scratch.path('out'), ['data']);
    return (await hit?.restore(targets))?.status;
  };
  expect(await restore()).toBe('damaged');
  // The same bytes complete the manifest that is there.
  expect((await harness.open().save(request)).status).toBe('exists');
  expect(await restore()).toBe('restored');
});
