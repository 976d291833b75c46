import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { inEnglish, knownOf, original } from '../../site/js/ui/in-english.js';

/** @type {unknown} */
const content = JSON.parse(readFileSync(new URL('../../site/languages/de.json', import.meta.url), 'utf8'));
const german = /** @type {Record<string, string | { one: string, other: string }>} */ (content);
const known = knownOf(german);

test('every German text of some length is recognised', () => {
  for (const [english, value] of Object.entries(german)) {
    if (typeof value !== 'string' || value.replace(/\{\w+\}/g, '').length < 8) continue;
    const found = original(value.replace(/\{(\w+)\}/g, '<$1>'), known);
    assert.ok(found !== null, english);
    // Two English texts may have one translation.
    const same = Object.entries(german).filter(([, other]) => other === value).map(([key]) => key.replace(/\{(\w+)\}/g, '<$1>'));
    assert.ok(same.includes(found), `${english}: ${found}`);
  }
});

test('what is no translation stays, and an English page has nothing to do', () => {
  assert.equal(original('Etwas ganz anderes.', known), null);
  assert.equal(inEnglish('Etwas ganz anderes.'), 'Etwas ganz anderes.');
});

test('what keeps numbers and units in one line is in no stored text, nor in the way', () => {
  assert.equal(inEnglish('This file is 60.1\u00a0MiB.'), 'This file is 60.1 MiB.');
  assert.equal(original('Nur 40\u00a0% des Bildfelds sind sichtbar.', known), 'Only 40 % of the field of view is visible.');
});
