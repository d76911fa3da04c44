/**
 * Bringing an entry of the last generation into the current one, before anybody relies on it: the bucket's lifecycle
 * rule may delete the old one at any time. The server copies, nothing travels.
 */
import { mapParallel } from '../files/parallel.js';
import type { Bucket, BucketTrouble } from './bucket.js';
import { objectName } from './layout.js';
import type {
  ManifestPlace,
  Publication,
  RemoteManifests,
} from './remote-manifests.js';
import type { StoredManifest } from './stored-manifest.js';
import { wire } from './trouble.js';

/** Server-side copies at the same time. */
const PARALLEL_COPIES = 8;

/** Copies all objects, then publishes the same text, so that its signature stays valid. */
export async function promote(
  { bucket, manifests }: { bucket: Bucket; manifests: RemoteManifests },
  entry: {
    /** Where it shall be. */
    readonly place: ManifestPlace;
    /** The folder where it is. */
    readonly from: string;
    readonly stored: StoredManifest;
    readonly text: string;
  },
): Promise<Publication> {
  const { place, from, stored, text } = entry;
  let trouble: BucketTrouble | undefined;
  await mapParallel(stored.objects, PARALLEL_COPIES, async (object) => {
    if (trouble !== undefined) return;
    const copied = await bucket.copy(
      objectName(from, object),
      objectName(place.root, object),
      { ...wire(place.call), ...sizeOf(object) },
    );
    if (copied.status === 'trouble') trouble = copied;
  });
  return trouble ?? manifests.publish(place, text);
}

/** Below, every server copies at once, and an upper bound is as good as the size. */
const SURELY_AT_ONCE_BYTES = 1 << 30;

/** The size of a large compressed object is not known here; the bucket asks for it. */
function sizeOf({ encoding, sizeBytes }: StoredManifest['objects'][number]): {
  readonly sizeBytes?: number;
} {
  return encoding === 'raw' || sizeBytes <= SURELY_AT_ONCE_BYTES
    ? { sizeBytes }
    : {};
}
