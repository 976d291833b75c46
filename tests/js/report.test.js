// What a report says.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { agreementOf, factsOf, rowsOf, unmeasured } from '../../site/js/report/report-words.js';

/** @import { MeasurementDescription as Measurement } from 'openapi' */
/** @import { Findings } from '../../site/js/files/segmentation.js' */
/** @typedef {Findings['quality']} Quality */

const display = { factor: 100, decimals: 1, unit: '%', context: '' };
const density = /** @type {Measurement} */ (/** @type {unknown} */ ({ name: 'vascular_density', label: 'vascular density', group: 'vessels', display, definition: 'The share that is vessel. More.' }));
const other = { ...density, name: 'avr', label: 'ratio', group: 'others' };
const quality = { grade: 'good', reasons: [], expected_dice: 0.812, expected_dice_interval: [0.74, 0.86], field_of_view: 'disc' };
const answer = /** @type {Findings} */ (/** @type {unknown} */ ({
  measurements: { vascular_density: 0.107, avr: null },
  measurement_intervals: { vascular_density: [0.09, 0.12] },
  photograph: { width: 1411, height: 1410, sha256: 'f'.repeat(64) },
  quality, model: { name: 'unet', sha256: 'a'.repeat(64) }, threshold: 0.5, canvas: '640x640', software_version: '1.2.3',
}));

test('a row has value, interval and the first sentence of the definition; what has no value is counted', () => {
  assert.deepEqual(rowsOf({ answer }, [density, other]), [['Vascular density', '10.7\u00a0%', '9.0 to 12.0', 'The share that is vessel.']]);
  assert.equal(unmeasured({ answer }, [density, other]), 1);
  assert.equal(rowsOf({ answer: { ...answer, measurement_intervals: {} } }, [density])[0][2], '–');
});

test('the agreement is said in words before numbers', () => {
  assert.match(agreementOf(/** @type {Quality} */ (/** @type {unknown} */ (quality))), /^Good match expected with what a person would draw .*Dice 0\.81, in nine of ten cases 0\.74 to 0\.86/);
  assert.match(agreementOf(/** @type {Quality} */ (/** @type {unknown} */ ({ ...quality, expected_dice: 0.6 }))), /^Poor match expected/);
  assert.equal(agreementOf(/** @type {Quality} */ (/** @type {unknown} */ ({ ...quality, expected_dice: null }))), 'not known');
});

test('the facts name model, version and hashes, and the labels only of what was saved', () => {
  const now = new Date('2026-11-26T10:00:00Z');
  const facts = Object.fromEntries(factsOf(answer, now));
  assert.match(facts.Model, /a{64}/);
  assert.match(facts.Photograph, /1411 × 1410 pixels, SHA-256 f{64}/);
  assert.equal(facts.Quality, 'good');
  const poor = { ...answer.quality, grade: /** @type {const} */ ('poor'), reasons: ['The photograph is blurred.', 'It is dark.'] };
  assert.equal(Object.fromEntries(factsOf({ ...answer, quality: poor }, now)).Quality, 'poor: The photograph is blurred. It is dark.');
  assert.match(facts['Made with'], /1\.2\.3.*640 × 640.*0\.5/);
  assert.match(facts['Report of'], /26 Nov 2026.*UTC/);
  assert.ok(!('Eye' in facts) && !('Subject label' in facts));
  const saved = Object.fromEntries(factsOf({ ...answer, subject: 'P-1', eye: 'left', taken_on: null, predicted: '2026-11-20T10:00:00Z', note: null }, now));
  assert.deepEqual([saved['Subject label'], saved.Eye, saved['Date taken']], ['P-1', 'left', 'not known']);
  assert.ok(!('Note' in saved));
});
