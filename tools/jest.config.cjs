// Jest for the whole workspace, in three projects:
//   unit    packages/*/test/**/*.spec.ts and tools/test/**/*.spec.ts   needs Node only
//   kernel  **/*.kernel.spec.ts                                          needs the .venv (real kernels)
//   e2e     e2e/**/*.e2e.spec.ts                                         installs the packed packages
// Types are checked by `npm run typecheck`; swc only strips them here.
const path = require('node:path');

const root = path.resolve(__dirname, '..');

const shared = {
  rootDir: root,
  testEnvironment: 'node',
  injectGlobals: false,
  transform: {
    // Scripts too: their pure parts are tested.
    '^.+\\.([cm]?ts|mjs)$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', explicitResourceManagement: true },
        },
        module: { type: 'commonjs', ignoreDynamic: true },
      },
    ],
  },
  // Tests run against the sources, not against dist.
  moduleNameMapper: {
    '^@nx-notebook/([a-z-]+)$': '<rootDir>/packages/$1/src/index.ts',
    '^@nx-notebook/testing/contracts$':
      '<rootDir>/packages/testing/src/contracts.ts',
    '^nx-notebook$': '<rootDir>/packages/nx-notebook/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: [
    '/dist/',
    '<rootDir>/.cache/',
    '<rootDir>/.nx/',
    '<rootDir>/.venv/',
  ],
};

module.exports = {
  rootDir: root,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/packages/*/test/**/*.spec.ts',
        '<rootDir>/tools/test/**/*.spec.ts',
      ],
      testPathIgnorePatterns: ['\\.kernel\\.spec\\.ts$'],
    },
    {
      ...shared,
      displayName: 'kernel',
      testMatch: ['<rootDir>/packages/*/test/**/*.kernel.spec.ts'],
    },
    {
      ...shared,
      displayName: 'e2e',
      globalSetup: '<rootDir>/e2e/nx-notebook-e2e/global-setup.ts',
      testMatch: ['<rootDir>/e2e/nx-notebook-e2e/**/*.e2e.spec.ts'],
    },
  ],
};
