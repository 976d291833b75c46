// Texts of the scripts are literals; their translations are complete, and keep the names and elements. tests/e2e/test_languages.py has
// the texts of HTML and of the service.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

import { textsIn, textsOfScripts } from './support/texts.js';

/** @typedef {import('../../site/js/ui/sentences.js').Translation} Translation */

const FOLDER = new URL('../../site/languages/', import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json')).sort();
const texts = textsOfScripts();

test('texts are found, and what is no literal is refused', () => {
  const code = "t('One'); tNodes('Two {x}', { x }); plural(n, '{n} three', '{n} threes'); t('Fo' + 'ur');";
  assert.deepEqual(textsIn(code, 'here.js'), [{ key: 'One' }, { key: 'Two {x}' }, { key: '{n} threes', one: '{n} three' }, { key: 'Four' }]);
  assert.throws(() => textsIn('t(`${name} added.`)', 'here.js'), /here.js/);
  assert.throws(() => textsIn('t(WORDS)', 'here.js'), /no literal/);
  assert.ok(texts.size > 500);
});

test('there is a file for each language but English', () => {
  assert.deepEqual(files, ['de.json', 'es.json', 'fr.json']);
});

for (const name of files) {
  /** @type {unknown} */
  const content = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
  const translations = /** @type {Record<string, Translation>} */ (content);
  const entries = Object.entries(translations);

  test(`${name} has every text of the scripts`, () => {
    assert.deepEqual([...texts.keys()].filter((key) => !(key in translations)), []);
  });

  test(`${name} says the same as its part for the first view`, () => {
    /** @type {unknown} */
    const first = JSON.parse(readFileSync(new URL(`start/${name}`, FOLDER), 'utf8'));
    const part = Object.entries(/** @type {Record<string, Translation>} */ (first));
    assert.ok(part.length > 50);
    for (const [key, value] of part) assert.deepEqual(value, translations[key], `${key}: run python -m support.start_texts`);
  });

  test(`${name} has two forms of what is counted, and one of everything else`, () => {
    const wrong = entries.filter(([key, value]) => (typeof value === 'string') === (texts.get(key)?.one !== undefined));
    assert.deepEqual(wrong.map(([key]) => key), []);
    for (const [key, value] of entries) for (const form of formsOf(value)) assert.ok(form.trim(), key);
  });

  test(`${name} keeps the names in braces and the elements`, () => {
    for (const [key, value] of entries) {
      const one = texts.get(key)?.one;
      const [singular, plural] = typeof value === 'string' ? [value, value] : [value.one, value.other];
      assert.deepEqual(partsOf(plural), partsOf(key), key);
      // “1” may be written as a word.
      if (one !== undefined) assert.deepEqual(partsOf(singular).filter((part) => part !== '{n}'), partsOf(one).filter((part) => part !== '{n}'), key);
    }
  });
}

/** @param {Translation} translation */
function formsOf(translation) {
  return typeof translation === 'string' ? [translation] : [translation.one, translation.other];
}

/**
 * The names in braces and the marks of elements in a text, in any order.
 * @param {string} text
 */
function partsOf(text) {
  return (text.match(/\{\w+\}|<\/?\d+\/?>/g) ?? []).sort();
}
