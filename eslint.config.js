// How the page's JavaScript is linted: `make check-js`.
import { createRequire } from 'node:module';

const require = createRequire(new URL('build/js/package.json', import.meta.url)); // where `make` installs them
const js = require('@eslint/js');
const globals = require('globals');

export default [
  { ignores: ['build/', 'dist/', '.venv/'] },
  js.configs.recommended,
  { files: ['site/js/**'], languageOptions: { globals: globals.browser } },
  { files: ['tests/js/**', 'eslint.config.js'], languageOptions: { globals: globals.node } },
];
