/** Distributions of the real environment, against Python's own importlib.metadata. */
import * as path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  distributionsReachedBy,
  findPython,
  installedDistributions,
  type DistributionIndex,
} from '../src/index.js';
import { askPython, VENV } from './python-process.js';

/** Versions and import names of all distributions, and the closure from a few import names. */
const METADATA = `
import json, re, sys
from importlib import metadata
norm = lambda name: re.sub(r'[-_.]+', '-', name).lower()
dists = {norm(d.metadata['Name']): d for d in metadata.distributions()}
owners = metadata.packages_distributions()
dev = re.compile(r'(tests?|testing|dev|devel|develop|development|docs?|documentation|lint|linting|typing|types?|mypy|all|build|ci|cover|coverage|check|release|benchmarks?|maintenance|examples?)(-|$)')
def optional(dist):
    for line in dist.requires or []:
        found = [norm(e) for e in re.findall(r'extra\\s*==\\s*["\\']([^"\\']+)', line)]
        if any(not dev.match(e) for e in found):
            wanted = re.match(r'[\\w.-]+\\s*\\[([^\\]]*)\\]', line)
            yield norm(re.match(r'[\\w.-]+', line)[0]), tuple(norm(e.strip()) for e in wanted[1].split(',')) if wanted else ()
def requirements(dist, extras):
    for line in dist.requires or []:
        name, extra = re.match(r'[\\w.-]+', line)[0], re.findall(r'extra\\s*==\\s*["\\']([^"\\']+)', line)
        if not extra or any(norm(e) in extras for e in extra):
            wanted = re.match(r'[\\w.-]+\\s*\\[([^\\]]*)\\]', line)
            yield norm(name), tuple(norm(e.strip()) for e in wanted[1].split(',')) if wanted else ()
def reach(open_):
    seen = set()
    while open_:
        item = open_.pop()
        if item in seen or item[0] not in dists: continue
        seen.add(item)
        open_ += requirements(dists[item[0]], item[1])
    return {name for name, _ in seen}
def closure(names):
    required = reach([(norm(d), ()) for n in names for d in owners.get(n, [])])
    used = reach([item for name in required for item in optional(dists[name])])
    return {name: dists[name].version for name in required | used}
print(json.dumps({'all': {n: d.version for n, d in dists.items()},
  'closures': [closure(names) for names in json.load(sys.stdin)]}))
`;

const IMPORTS = [
  ['pandas'],
  ['sklearn', 'matplotlib'],
  ['jupyter_server'],
  ['ipykernel'],
  ['nbconvert'],
  ['json'],
  ['not_installed'],
];

describe('the real environment', () => {
  const index = async (): Promise<DistributionIndex> => {
    const workspaceRoot = path.dirname(VENV);
    const lookup = await findPython({
      workspaceRoot,
      folder: workspaceRoot,
      env: {},
    });
    if (!lookup.ok) throw new Error(lookup.message);
    return installedDistributions(lookup.interpreter.sitePackages);
  };

  it('has the distributions, versions and closures that importlib.metadata tells', async () => {
    const expected = askPython(METADATA, IMPORTS) as {
      all: Record<string, string>;
      closures: Record<string, string>[];
    };
    const ours = await index();
    const versions = Object.fromEntries(
      [...ours.byName].map(([name, { version }]) => [name, version]),
    );
    expect(versions).toEqual(expected.all);
    expect(IMPORTS.map((names) => distributionsReachedBy(names, ours))).toEqual(
      expected.closures,
    );
  });
});
