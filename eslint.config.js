// How the page's JavaScript is linted: `make check-js`. The rules that know types find promises nobody waits for.
import { createRequire } from 'node:module';

const require = createRequire(new URL('build/js/package.json', import.meta.url)); // where `make` installs them
const js = require('@eslint/js');
const globals = require('globals');
const typescript = require('typescript-eslint');

const MARKUP = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'setHTMLUnsafe', 'srcdoc', 'write', 'createContextualFragment'];

export default typescript.config(
  { ignores: ['build/', 'dist/', '.venv/'] },
  js.configs.recommended,
  ...typescript.configs.recommendedTypeChecked,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/prefer-promise-reject-errors': 'off', // an AbortSignal's reason is what is thrown
      'array-callback-return': 'error',
      complexity: ['error', 12],
      eqeqeq: 'error',
      'max-depth': ['error', 3],
      'max-lines': ['error', 200],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-param-reassign': 'error',
      'no-shadow': 'error',
      'no-undef': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      radix: 'error',
      // Text stays text: what makes elements out of strings is not used at all (see ui/element.js).
      'no-restricted-syntax': ['error', ...MARKUP.map((name) => ({
        selector: `MemberExpression[property.name='${name}']`, message: 'Make elements by ui/element.js.',
      }))],
    },
  },
  { files: ['site/**'], languageOptions: { globals: globals.browser } },
  { files: ['site/js/pages/docs.js'], languageOptions: { sourceType: 'script' } },
  { files: ['tests/js/**', 'models/**', 'eslint.config.js'], languageOptions: { globals: { ...globals.node, ...globals.browser } } },
  // Node's test runner waits for its tests by itself.
  { files: ['tests/js/**'], rules: { '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [{ from: 'package', name: ['test', 'describe', 'it', 'suite'], package: 'node:test' }] }] } },
  { files: ['eslint.config.js'], ...typescript.configs.disableTypeChecked },
);
