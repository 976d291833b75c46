// Finds the texts in the page's JavaScript: the first arguments of t() and tNodes(), and both forms of plural(). `node tests/js/support/texts.js`
// prints them as JSON: each with the file where it is first, and its singular if it has one. Arguments are the files to look in, below site/js.

import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** @typedef {{ where: string, one?: string }} Text */

const ROOT = new URL('../../../', import.meta.url);
const require = createRequire(new URL('build/js/package.json', ROOT)); // where `make` installs it
/** @type {unknown} */
const loaded = require('typescript');
const typescript = /** @type {typeof import('typescript')} */ (loaded);
const TRANSLATORS = new Set(['t', 'tNodes', 'plural']);

const ALL = readdirSync(new URL('site/js', ROOT), { recursive: true, encoding: 'utf8' }).sort().filter((path) => path.endsWith('.js'));

/**
 * All texts, or those of the files at `paths`, by what is their key. Throws an Error for one that is no literal.
 * @returns {Map<string, Text>}
 */
export function textsOfScripts(paths = ALL) {
  /** @type {Map<string, Text>} */
  const texts = new Map();
  for (const path of paths) {
    const where = `site/js/${path}`;
    for (const text of textsIn(readFileSync(new URL(where, ROOT), 'utf8'), where)) {
      if (!texts.has(text.key)) texts.set(text.key, { where, ...(text.one !== undefined && { one: text.one }) });
    }
  }
  return texts;
}

/**
 * @param {string} code
 * @param {string} where
 */
export function textsIn(code, where) {
  const file = typescript.createSourceFile(where, code, typescript.ScriptTarget.Latest, true, typescript.ScriptKind.JS);
  /** @type {{ key: string, one?: string }[]} */
  const found = [];
  /** @param {import('typescript').Node} node */
  function visit(node) {
    if (typescript.isCallExpression(node) && typescript.isIdentifier(node.expression) && TRANSLATORS.has(node.expression.text)) {
      const [first, one, other] = node.arguments;
      if (node.expression.text === 'plural') found.push({ key: literal(other, where), one: literal(one, where) });
      else found.push({ key: literal(first, where) });
    }
    typescript.forEachChild(node, visit);
  }
  visit(file);
  return found;
}

/**
 * The text of a string, or of several that are added.
 * @param {import('typescript').Node | undefined} node
 * @param {string} where
 * @returns {string}
 */
function literal(node, where) {
  if (node && typescript.isStringLiteralLike(node)) return node.text;
  if (node && typescript.isParenthesizedExpression(node)) return literal(node.expression, where);
  if (node && typescript.isBinaryExpression(node) && node.operatorToken.kind === typescript.SyntaxKind.PlusToken) {
    return literal(node.left, where) + literal(node.right, where);
  }
  throw new Error(`${where}: ${node?.parent.getText() ?? 'a text'} begins with no literal text.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(JSON.stringify(Object.fromEntries(textsOfScripts(process.argv.length > 2 ? process.argv.slice(2) : ALL)), null, 1));
