/** What the code of a source reaches; filled by several readers, then turned into facts. */
import type { ImportFact } from '../facts.js';

/** Collected over all cells of a notebook, or over one module. */
export interface Reach {
  readonly imports: ImportFact[];
  readonly paths: string[];
  importsAnything: boolean;
}

/** Nothing yet. */
export function emptyReach(): Reach {
  return { imports: [], paths: [], importsAnything: false };
}

/** Adds `import module`, where the name may have leading dots. */
export function addModule(reach: Reach, name: string): void {
  const module = name.replace(/^\.+/, '');
  const level = name.length - module.length;
  reach.imports.push({ module, level, names: [] });
}

/** Equal imports once, in order of appearance. */
export function distinctImports(
  imports: readonly ImportFact[],
): readonly ImportFact[] {
  const byText = new Map(imports.map((fact) => [JSON.stringify(fact), fact]));
  return [...byText.values()];
}
