import { describe, expect, test } from '@jest/globals';
import { defaultStoreRoot } from '../src/disk/store-root.js';

describe('the default folder of the store', () => {
  const cases: readonly (readonly [
    NodeJS.Platform,
    Record<string, string>,
    string,
  ])[] = [
    ['linux', { HOME: '/h' }, '/h/.cache/nx-notebook/store'],
    ['linux', { HOME: '/h', XDG_CACHE_HOME: '/c' }, '/c/nx-notebook/store'],
    [
      'linux',
      { HOME: '/h', XDG_CACHE_HOME: 'c' },
      '/h/.cache/nx-notebook/store',
    ],
    [
      'linux',
      { HOME: '/h', XDG_CACHE_HOME: '' },
      '/h/.cache/nx-notebook/store',
    ],
    ['darwin', { HOME: '/h' }, '/h/Library/Caches/nx-notebook/store'],
    ['darwin', { HOME: '/h', XDG_CACHE_HOME: '/c' }, '/c/nx-notebook/store'],
    [
      'win32',
      { USERPROFILE: 'C:\\u' },
      'C:\\u\\AppData\\Local\\nx-notebook\\store',
    ],
    ['win32', { LOCALAPPDATA: 'D:\\l' }, 'D:\\l\\nx-notebook\\store'],
  ];
  test.each(cases)('on %s with %j is %s', (platform, env, root) => {
    expect(defaultStoreRoot(env, platform)).toBe(root);
  });
});
