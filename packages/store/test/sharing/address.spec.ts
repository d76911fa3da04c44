/** Addresses of shared stores as users write them. */
import { describe, expect, it } from '@jest/globals';
import {
  labelOfAddress,
  parseStoreAddress,
} from '../../src/sharing/address.js';

describe('the address of a shared store', () => {
  it.each([
    ['s3://team', { kind: 's3', bucket: 'team', prefix: '' }],
    ['s3://team/', { kind: 's3', bucket: 'team', prefix: '' }],
    ['S3://team/a/b/', { kind: 's3', bucket: 'team', prefix: 'a/b' }],
    [' s3://te.am-1/a//b ', { kind: 's3', bucket: 'te.am-1', prefix: 'a/b' }],
    ['file:///mnt/a%20b', { kind: 'folder', path: '/mnt/a b' }],
  ])('%s is one', (text, address) => {
    expect(parseStoreAddress(text)).toEqual({ status: 'parsed', address });
  });

  it.each([
    ['team', 's3://bucket/prefix or file:///absolute/folder'],
    ['https://team', 's3://bucket/prefix or file:///absolute/folder'],
    ['s3://', 's3://bucket/prefix with the name of a bucket'],
    ['s3://a_b?x=1', 's3://bucket/prefix with the name of a bucket'],
    ['s3://team/../other', 's3://bucket/prefix with a prefix of plain names'],
    ['s3://team/a?b', 's3://bucket/prefix with a prefix of plain names'],
    ['file://host/mnt', 'file:/// and the absolute path of a folder'],
  ])('%s is none', (text, expected) => {
    expect(parseStoreAddress(text)).toEqual({ status: 'wrong', expected });
  });

  it.each(['s3://AKIA:secret@team/x', 's3://AKIA@team', 'file://a:b@host/x'])(
    '%s has credentials in it',
    (text) => {
      expect(parseStoreAddress(text)).toEqual({ status: 'secret' });
    },
  );

  it.each(['s3://team', 's3://team/a/b', 'file:///mnt/share'])(
    '%s has a label',
    (text) => {
      const parsed = parseStoreAddress(text);
      const label =
        parsed.status === 'parsed' && labelOfAddress(parsed.address);
      expect(label).toBe(text.replace('file://', ''));
    },
  );
});
