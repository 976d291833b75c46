import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { decimal, language, ofService, plural, t, tNodes } from '../../site/js/ui/language.js';
import { withUnit } from '../../site/js/ui/with-unit.js';
import { joined, translated, written } from '../../site/js/ui/sentences.js';

/** @type {unknown} */
const content = JSON.parse(readFileSync(new URL('../../site/languages/de.json', import.meta.url), 'utf8'));
const german = /** @type {Record<string, string>} */ (content);

test('without a page texts are English', () => {
  assert.equal(language, 'en');
  assert.equal(t('{name} added.', { name: 'left.jpg' }), 'left.jpg added.');
  assert.equal(t('{name} of {name}', { name: '{other}', other: 1 }), '{other} of {other}');
});

test('what is counted is one thing or several', () => {
  assert.equal(plural(1, '{n} photograph', '{n} photographs'), '1 photograph');
  assert.equal(plural(0, '{n} photograph', '{n} photographs'), '0 photographs');
  assert.equal(plural(1200, '{n} photograph in {place}', '{n} photographs in {place}', { place: 'a batch' }), '1,200 photographs in a batch');
});

test('elements may stand in a sentence', () => {
  assert.deepEqual(tNodes('Press {key} to undo.', { key: 'Z' }), ['Press ', 'Z', ' to undo.']);
});

test('decimals are written as the language writes them', () => {
  assert.equal(decimal(1234.5678, 2), '1234.57');
  assert.equal(decimal(0.8, 3), '0.800');
});

test('numbers of the service are written as the language writes them', () => {
  assert.deepEqual(['10,240', '1,000.5', '1234.5', '0.50', '2048', '7'].map((each) => written(each, 'de')), ['10.240', '1.000,5', '1234,5', '0,50', '2048', '7']);
  assert.equal(written('10,240', 'fr'), '10\u202f240');
  const others = ['0123456789abcdef0123456789abcdef', '2026.05.04', '1,2', '00012345678901234567890123456789', '12345678901234567890123456789012', '05', '05.5'];
  assert.deepEqual(others.map((each) => written(each, 'de')), others);
});

/** @param {string} text */
const inGerman = (text) => translated(text, german, 'de');

test('every sentence of the service is found with what varies in it', () => {
  const keys = Object.keys(german).filter((key) => /\{\d\}/.test(key));
  assert.ok(keys.length > 70);
  for (const key of keys) {
    // In quotation marks and in a list there are words; elsewhere there are numbers.
    /** @type {(place: string, at: number) => string} */
    const filling = (place, at) => (key[at - 1] === '“' ? `name ${place[1]}. Ä` : key.slice(at - 2, at) === ': ' ? 'a: b; c 1,5' : `${place[1]}0`);
    /** @type {Record<string, string>} */
    const values = {};
    const english = key.replaceAll(/\{\d\}/g, (place, /** @type {number} */ at) => (values[place] = filling(place, at)));
    assert.equal(inGerman(english), joined(String(german[key])).replaceAll(/\{\d\}/g, (place) => values[place] ?? ''), key);
  }
});

test('what the service says is translated sentence by sentence', () => {
  assert.equal(
    inGerman('Delete one, or wait until one expires. An account that has bought credits may have more. Nothing was started.'),
    'Löschen Sie einen oder warten Sie, bis einer abläuft. Ein Konto, für das Credits gekauft wurden, darf mehr haben. Es wurde nichts gestartet.',
  );
  assert.equal(inGerman('Use another key, or wait until 2026-12-01 00:00 UTC.'), 'Verwenden Sie einen anderen Schlüssel oder warten Sie bis 2026-12-01 00:00 UTC.');
  assert.equal(inGerman('This API key expired at 2026-06-05T00:00:00.000000Z.'), 'Dieser API-Schlüssel ist abgelaufen (2026-06-05T00:00:00.000000Z).');
  assert.equal(inGerman('The file of “1,000. The {1}” is empty.'), 'Die Datei von „1,000. The {1}“ ist leer.');
});

test('what is not known stays English as a whole', () => {
  for (const text of ['Nothing was started. Nobody knows this.', 'constructor', '']) assert.equal(inGerman(text), text);
});

test('numbers stay in one line with their units', () => {
  assert.equal(withUnit(decimal(11.41, 2), '%'), '11.41\u00a0%');
  assert.equal(withUnit(41, 'µm'), '41\u00a0µm');
  assert.equal(withUnit('+0.5', 'percentage points'), '+0.5 percentage points');
  assert.equal(withUnit(8, ''), '8');
  assert.equal(withUnit('7.2 ± 0.8', 'px per 1,000 px²'), '7.2 ± 0.8\u00a0px per 1,000\u00a0px²');
});

test('so they do in sentences, of the page and of the service, in every language', () => {
  assert.equal(t('Stop ({percent} %), {seconds} s…', { percent: 7, seconds: 2 }), 'Stop (7\u00a0%), 2\u00a0s…');
  assert.equal(plural(2, '{n} file of up to 4 GiB', '{n} files of up to 4 GiB'), '2 files of up to 4\u00a0GiB');
  assert.equal(ofService('Only 40 % of the field of view is visible.'), 'Only 40\u00a0% of the field of view is visible.');
  assert.equal(inGerman('The request is larger than the limit of 64 KiB.'), 'Die Anfrage ist größer als die Grenze von 64\u00a0KiB.');
});

test('words after numbers, and names in place of them, stay as they are', () => {
  assert.equal(t('{n} pixels in 3 sizes, {name} % {name}', { n: 8, name: 'left 9 s.jpg' }), '8 pixels in 3 sizes, left 9 s.jpg\u00a0% left 9 s.jpg');
});
