/** Stub. */

/** One installed distribution, as its metadata tells. */
export interface Distribution {
  /** Normalised (PEP 503). */
  readonly name: string;
  readonly version: string;
  /** Normalised names of required distributions, without those of extras. */
  readonly requires: readonly string[];
  /** Importable top-level names. */
  readonly topLevel: readonly string[];
  /** Absolute import roots of an editable installation; empty otherwise. */
  readonly editableRoots: readonly string[];
}

/** All distributions of some site-packages folders, by normalised name. */
export type DistributionIndex = ReadonlyMap<string, Distribution>;

/** Reads the metadata of installed distributions; `cacheFolder` keeps it between processes. */
export function installedDistributions(
  sitePackages: readonly string[],
  cacheFolder?: string,
): DistributionIndex {
  throw new Error(
    `not written yet: ${sitePackages.length} ${cacheFolder ?? ''}`,
  );
}
/** Versions of the distributions that own the names, and of all that they require. */
export function distributionsReachedBy(
  topLevelNames: Iterable<string>,
  index: DistributionIndex,
): Readonly<Record<string, string>> {
  throw new Error(`not written yet: ${index.size} ${typeof topLevelNames}`);
}
/** Absolute import roots of all editable installations. */
export function editableRoots(index: DistributionIndex): readonly string[] {
  throw new Error(`not written yet: ${index.size}`);
}
