/**
 * Why a key differs from another: the structural difference of what they were made of, in a reader's words. Made from
 * the same value as the key, so it can't disagree with it: keys differ if and only if there is a reason.
 */
import hash from 'object-hash';
import {
  changes,
  explainValue,
  own,
  shortened,
  type Change,
} from './differences.js';
import { explainCalls } from './explain-calls.js';
import type { KeyData, UpstreamProduct } from './key-data.js';

/** The reasons why `after` is another key than `before`; empty when it is the same. */
export function explainKeys(
  before: KeyData | undefined,
  after: KeyData,
): readonly string[] {
  if (before === undefined) return ['never run'];
  // A record may be of another version, whatever its type says.
  const version: number = before.version;
  if (version !== after.version) {
    return ['this version of nx-notebook keys tasks in another way'];
  }
  const reasons = [
    ...explainValue('kind of task', before.kind, after.kind),
    ...(before.source === after.source ? [] : ['source changed']),
    ...explainValue('language', before.language, after.language),
    ...explainParams(before, after),
    ...explainProducts(before.products, after.products),
    ...explainUpstream(before.upstream, after.upstream),
    ...explainCalls(before.calls, after.calls),
    ...explainImports(before.imports, after.imports),
    ...explainFiles('template', before.templates, after.templates),
    ...explainFiles('resource', before.resources, after.resources),
    ...explainOptions(before.options, after.options),
    ...explainEnvironment(before.environment, after.environment),
  ];
  if (reasons.length > 0) return reasons;
  if (before.injected !== after.injected) {
    return [
      after.kind === 'notebook' || after.kind === 'script'
        ? 'injected cell changed'
        : 'what the task is given changed',
    ];
  }
  // What no sentence above covers, for example a record that was edited by hand.
  return digestOf(before) === digestOf(after) ? [] : ['key changed'];
}

function digestOf(value: KeyData): string {
  return hash(value, { algorithm: 'sha256' });
}

function explainParams(before: KeyData, after: KeyData): string[] {
  const named = (data: KeyData): Record<string, string> =>
    Object.fromEntries(data.params.map(({ name, value }) => [name, value]));
  const reasons = [...changes(named(before), named(after))].map((change) =>
    valueChange(`param \`${change.name}\``, change),
  );
  const order = (data: KeyData): string =>
    JSON.stringify(data.params.map(({ name }) => name));
  return reasons.length > 0 || order(before) === order(after)
    ? reasons
    : ['order of params changed'];
}

function explainProducts(
  before: KeyData['products'],
  after: KeyData['products'],
): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const from = own(before, name);
    const to = own(after, name);
    if (from === undefined) return [`product \`${name}\` added`];
    if (to === undefined) return [`product \`${name}\` removed`];
    return [
      ...explainValue(`path of product \`${name}\``, from.path, to.path),
      ...explainValue(`format of product \`${name}\``, from.format, to.format),
    ];
  });
}

function explainOptions(
  before: KeyData['options'],
  after: KeyData['options'],
): string[] {
  return [...changes(before, after)].map((change) =>
    valueChange(change.name, change),
  );
}

function valueChange(what: string, { from, to }: Change): string {
  if (from === undefined) return `${what} added: ${shortened(to)}`;
  return to === undefined
    ? `${what} removed`
    : `${what} ${shortened(from)} -> ${shortened(to)}`;
}

function explainUpstream(
  before: KeyData['upstream'],
  after: KeyData['upstream'],
): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const from = own(before, name);
    const to = own(after, name);
    if (from === undefined) return [`upstream \`${name}\` added`];
    if (to === undefined) return [`upstream \`${name}\` removed`];
    return explainUpstreamProducts(name, from, to);
  });
}

function explainUpstreamProducts(
  upstream: string,
  before: Readonly<Record<string, UpstreamProduct>>,
  after: Readonly<Record<string, UpstreamProduct>>,
): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const change = explainUpstreamProduct(own(before, name), own(after, name));
    return change === undefined
      ? []
      : [`upstream \`${upstream}\`: product \`${name}\` ${change}`];
  });
}

function explainUpstreamProduct(
  before: UpstreamProduct | undefined,
  after: UpstreamProduct | undefined,
): string | undefined {
  if (before === undefined) return after === undefined ? undefined : 'added';
  if (after === undefined) return 'removed';
  if (before.path !== after.path)
    return `moved ${before.path} -> ${after.path}`;
  if (before.digest === after.digest) return undefined;
  if (before.digest === undefined) return 'is read now';
  return after.digest === undefined ? 'is no longer read' : 'changed';
}

/** Unresolved names are entries of the form `import name`. */
function explainImports(
  before: KeyData['imports'],
  after: KeyData['imports'],
): string[] {
  return [...changes(before, after)].map(({ name, from, to }) => {
    const unresolved = /^import (.*)$/s.exec(name)?.[1];
    if (unresolved === undefined) return fileChange('imported', name, from, to);
    return from === undefined
      ? `imported module \`${unresolved}\` is not found`
      : `module \`${unresolved}\` is found now or no longer imported`;
  });
}

function explainFiles(
  what: string,
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string[] {
  return [...changes(before, after)].map(({ name, from, to }) =>
    fileChange(what, name, from, to),
  );
}

function fileChange(
  what: string,
  name: string,
  from: string | undefined,
  to: string | undefined,
): string {
  const change =
    from === undefined ? 'added' : to === undefined ? 'removed' : 'changed';
  return `${what} \`${name}\` ${change}`;
}

function explainEnvironment(
  before: KeyData['environment'],
  after: KeyData['environment'],
): string[] {
  return [
    ...explainValue('Python', before.python, after.python),
    ...explainValue('kernel', before.kernel, after.kernel),
    ...explainFiles('kernel setup', before.setup ?? {}, after.setup ?? {}),
    ...[...changes(before.distributions, after.distributions)].map(
      ({ name, from, to }) =>
        from === undefined
          ? `${name} ${to ?? ''} added`
          : to === undefined
            ? `${name} ${from} removed`
            : `${name} ${from} -> ${to}`,
    ),
  ];
}
