// eslint for the whole workspace: typescript-eslint's strictest set plus the house rules.
// The package boundaries of no-restricted-imports are repeated, file by file, in tools/test/boundaries.spec.ts.
import path from 'node:path';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * @param {string[]} group
 * @param {string} message
 */
const refused = (group, message) => ({ group, message });

export default defineConfig(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '.venv/**',
      '.nx/**',
      '.cache/**',
      '**/fixtures/**',
      '**/*.cjs',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ['packages/*/tsconfig.json', 'tools/tsconfig.spec.json'],
        tsconfigRootDir: path.resolve(import.meta.dirname, '..'),
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true },
      ],
      'no-console': 'error',
      'max-params': ['error', 4],
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 80, skipComments: true }],
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: ['packages/nx-notebook/src/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            refused(['@nx/*', 'nx', 'nx/*'], 'Only nx-notebook knows Nx.'),
          ],
        },
      ],
    },
  },
  {
    // Scripts are typed by JSDoc: tsc checks them, also at their boundaries.
    files: ['**/*.mjs'],
    rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
  {
    files: ['**/test/**/*.ts', 'e2e/**/*.ts', 'packages/testing/src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 700 }],
      'max-lines-per-function': 'off',
    },
  },
);
