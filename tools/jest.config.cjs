// Jest for the whole workspace, in four projects:
//   unit    packages/*/test/**/*.spec.ts and tools/test/**/*.spec.ts   needs Node only
//   s3      **/*.s3.spec.ts                                              needs the S3 server (versitygw)
//   kernel  **/*.kernel.spec.ts                                          needs the .venv (real kernels)
//   e2e     e2e/**/*.e2e.spec.ts                                         installs the packed packages
// A suite with `.s3.`, `.r.` or `.postgres.` in its name needs the S3 server, R with IRkernel or PostgreSQL; where the
// set-up could not provide it the suite is skipped and counted.
// Types are checked by `npm run typecheck`; swc only strips them here.
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');

// Workers inherit them; the set-up has left word where the server and the programs are.
process.env.NX_NOTEBOOK_TEST_VERSITYGW ||= serverPath();
process.env.NX_NOTEBOOK_TEST_R ||= foundTools().r ?? '';
process.env.NX_NOTEBOOK_TEST_POSTGRES ||= foundTools().postgres ?? '';

function serverPath() {
  try {
    const file = fs.readFileSync(`${root}/.cache/versitygw/path`, 'utf8');
    return fs.existsSync(file) ? file : '';
  } catch {
    return '';
  }
}

function foundTools() {
  try {
    return JSON.parse(
      fs.readFileSync(`${root}/.cache/setup/system-tools.json`, 'utf8'),
    );
  } catch {
    return {};
  }
}

const shared = {
  rootDir: root,
  testEnvironment: '<rootDir>/tools/jest/environment.cjs',
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
        module: { type: 'commonjs', ignoreDynamic: false },
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
      testPathIgnorePatterns: ['\\.(kernel|s3)\\.spec\\.ts$'],
    },
    {
      ...shared,
      displayName: 's3',
      testMatch: ['<rootDir>/packages/*/test/**/*.s3.spec.ts'],
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
