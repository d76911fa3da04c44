/**
 * The cache of facts: what is found there is not parsed again.
 */
import { describe, expect, it } from '@jest/globals';
import type { PythonFacts } from '@nx-notebook/python';
import { script } from './case-file.js';
import { TestFolder } from './test-folder.js';

/** Counts what loading asks for and stores. */
class CountingCache {
  readonly stored = new Map<string, PythonFacts>();
  hits = 0;
  misses = 0;

  get(digest: string): PythonFacts | undefined {
    const facts = this.stored.get(digest);
    if (facts === undefined) this.misses += 1;
    else this.hits += 1;
    return facts;
  }

  set(digest: string, facts: PythonFacts): void {
    this.stored.set(digest, facts);
  }
}

const pipeline = `tasks:
  - {source: a.py, product: a.ipynb}
  - {source: a.py, name: again, product: again.ipynb}
  - {source: b.py, product: b.ipynb}
`;

describe('facts', () => {
  it('are read once for each source and found afterwards', async () => {
    using test = new TestFolder({
      'pipeline.yaml': pipeline,
      'a.py': script(),
      'b.py': script(['a']),
    });
    const facts = new CountingCache();
    const first = await test.load({ facts });
    expect([facts.hits, facts.misses]).toEqual([0, 2]);
    const second = await test.load({ facts });
    expect([facts.hits, facts.misses]).toEqual([2, 2]);
    expect(second).toEqual(first);
  });

  it('are those of the cache, not of the parser', async () => {
    using test = new TestFolder({
      'pipeline.yaml': pipeline,
      'a.py': script(),
      'b.py': script(['a']),
    });
    const marked: PythonFacts = {
      imports: [{ module: 'marked', level: 0, names: [] }],
      importsAnything: false,
      paths: [],
      upstreamUse: { kind: 'anything' },
    };
    const result = await test.load({
      facts: { get: () => marked, set: () => undefined },
    });
    const found = result.ok
      ? result.pipeline.tasks.map(({ source }) => source.facts)
      : [];
    expect(found).toEqual([marked, marked, marked]);
  });

  it('change with the code and not with Markdown', async () => {
    using test = new TestFolder({
      'pipeline.yaml': pipeline,
      'a.py': script(),
      'b.py': script(['a']),
    });
    const facts = new CountingCache();
    await test.load({ facts });
    test.write({ 'b.py': `${script(['a'])}\n# %% [markdown]\n# Text\n` });
    await test.load({ facts });
    expect(facts.misses).toBe(2);
    test.write({ 'b.py': `${script(['a'])}\n# %%\nimport os\n` });
    await test.load({ facts });
    expect(facts.misses).toBe(3);
  });
});
