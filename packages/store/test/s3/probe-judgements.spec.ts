/**
 * What probes make of lifecycle rules, clocks and rights, without a server.
 */
import { describe, expect, test } from '@jest/globals';
import { judgeClock } from '../../src/s3/probe/probe-identity.js';
import { judgeLifecycle } from '../../src/s3/probe/probe-lifecycle.js';
import { judgeRights, type Rights } from '../../src/s3/probe/probe-rights.js';
import { lifecycleRules } from '../../src/s3/policies.js';

describe('lifecycle rules', () => {
  const ready = (prefix: string): Parameters<typeof judgeLifecycle>[0] =>
    lifecycleRules({ prefix }).Rules.map((rule) => ({ ...rule }));
  const titles = (
    rules: Parameters<typeof judgeLifecycle>[0],
    prefix = 'team',
    keepsVersions = false,
  ): readonly string[] =>
    judgeLifecycle(rules, { prefix, keepsVersions }).map(
      ({ status, title }) => `${status}: ${title}`,
    );

  test.each(['team', '', 'a/b'])(
    'as shipped are good with prefix %j',
    (prefix) => {
      expect(titles(ready(prefix), prefix)).toEqual([
        'safe: old results are deleted: t/ after 93 days, u/ after 14',
      ]);
    },
  );

  test('of another prefix do not count', () => {
    expect(titles(ready('other'))).toEqual([
      'note: nothing deletes old results (t/), results of pull requests (u/), parts of uploads that were killed',
    ]);
  });

  test('that are switched off do not count', () => {
    const off = ready('team').map((rule) => ({
      ...rule,
      Status: 'Disabled' as const,
    }));
    expect(titles(off)).toEqual(titles([]));
  });

  test('for the whole bucket count', () => {
    const whole = {
      Status: 'Enabled' as const,
      Filter: {},
      Expiration: { Days: 90 },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
    };
    expect(titles([whole])).toEqual([
      'safe: old results are deleted: t/ after 90 days, u/ after 90',
    ]);
  });

  test('by tags are not for our objects', () => {
    const tagged = {
      Status: 'Enabled' as const,
      Filter: { Tag: { Key: 'a', Value: 'b' } },
      Expiration: { Days: 1 },
    };
    expect(titles([...ready('team'), tagged])).toEqual(titles(ready('team')));
  });

  test('that delete what is still read are unsafe', () => {
    const early = {
      Status: 'Enabled' as const,
      Filter: { Prefix: 'team/' },
      Expiration: { Days: 30 },
    };
    expect(titles([...ready('team'), early])).toEqual([
      'unsafe: results are deleted after 30 days, but read for up to 62',
    ]);
  });

  test('leave old versions', () => {
    expect(titles(ready('team'), 'team', true)).toEqual([
      'note: the bucket keeps old versions',
    ]);
  });
});

describe('clocks', () => {
  const noon = Date.UTC(2026, 0, 1, 12);
  const minute = 60_000;

  test.each([
    ['agree', 0, 0, 'safe'],
    ['agree within a slow request', -8 * minute, 8 * minute, 'safe'],
    ['agree within five minutes', 4 * minute, 4 * minute, 'safe'],
    ['differ', 6 * minute, 6 * minute, 'broken'],
    ['differ', -6 * minute, -6 * minute, 'broken'],
  ])('%s', (_, sent, received, status) => {
    expect(
      judgeClock(noon, { sent: noon + sent, received: noon + received })
        ?.status,
    ).toBe(status);
  });

  test.each([undefined, Number.NaN])('say nothing without a date', (date) => {
    expect(judgeClock(date, { sent: noon, received: noon })).toBeUndefined();
  });
});

describe('rights', () => {
  const none: Rights = {
    writesTrusted: 'no',
    deletesTrusted: 'no',
    writesMeta: 'no',
    writesOthers: 'no',
    writesOwn: undefined,
    readsOwn: undefined,
  };
  const reader = { access: 'read', scope: undefined } as const;
  const statusOf = (rights: Rights, role: Parameters<typeof judgeRights>[1]) =>
    Object.fromEntries(
      judgeRights(rights, role).map(({ check, status }) => [check, status]),
    );

  test('to write the canary alone are unsafe for a reader', () => {
    expect(statusOf({ ...none, writesMeta: 'yes' }, reader)).toEqual({
      'write-trusted': 'unsafe',
      'delete-trusted': 'safe',
    });
  });

  test('to write t/ do less harm where only signed results are taken', () => {
    const rights: Rights = { ...none, writesTrusted: 'yes' };
    expect(statusOf(rights, reader)['write-trusted']).toBe('unsafe');
    expect(
      statusOf(rights, { ...reader, takesOnlySigned: true })['write-trusted'],
    ).toBe('note');
    expect(
      statusOf(none, { ...reader, takesOnlySigned: true })['write-trusted'],
    ).toBe('safe');
  });

  test('that could not be seen are unknown, never safe', () => {
    const unclear: Rights = {
      ...none,
      writesTrusted: 'unclear',
      deletesTrusted: 'unclear',
      writesOwn: 'unclear',
    };
    const scope = { kind: 'untrusted', name: 'x' } as const;
    for (const role of [
      reader,
      { access: 'read-write', scope: { kind: 'trusted' } } as const,
      { access: 'read-write', scope } as const,
    ])
      expect(statusOf(unclear, role)).toMatchObject({
        'write-trusted': 'unknown',
        'delete-trusted': 'unknown',
      });
    expect(
      statusOf(unclear, { access: 'read-write', scope })['write-own-scope'],
    ).toBe('unknown');
  });

  test('to write a scope without reading it are of no use', () => {
    const scope = { kind: 'untrusted', name: 'x' } as const;
    const rights: Rights = { ...none, writesOwn: 'yes', readsOwn: 'no' };
    expect(
      statusOf(rights, { access: 'read-write', scope })['write-own-scope'],
    ).toBe('broken');
  });
});
