// What a result knows of its correction: the model's mask and figures come back, and nothing of the old mask is left.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { adopt, correct, correctedWords, filesOf, isUnmeasured, revert, valuesOf } from '../../site/js/correction/corrected.js';

/** @import { PredictionResponse } from 'openapi' */
/** @import { Result } from '../../site/js/files/segmentation.js' */

const COUNTED = { vessels: 30, area: 200, by: null };

function made() {
  const [mask, kinds] = ['mask', 'kinds'].map((each) => new Blob([each]));
  const pictures = { mask, artery_vein: kinds };
  const urls = { mask: URL.createObjectURL(mask), artery_vein: URL.createObjectURL(kinds) };
  const result = { pictures, urls, graph: { features: [] }, answer: { measurements: { vascular_density: 0.1, fractal_dimension: 1.4 } } };
  return /** @type {Result} */ (/** @type {unknown} */ (result));
}

test('density is that of the correction at once, the other figures once they are measured', () => {
  const result = made();
  assert.deepEqual(filesOf(result), {});
  correct(result, new Blob(['corrected']), COUNTED);
  assert.deepEqual(valuesOf(result), { vascular_density: 0.15, fractal_dimension: 1.4 });
  assert.ok(isUnmeasured(result));
  assert.deepEqual(Object.keys(filesOf(result)), ['corrected_mask']);
  const answered = { correction: {}, images: {}, graph: null, measurements: { vascular_density: 0.15, fractal_dimension: 1.5 } };
  adopt(result, /** @type {PredictionResponse} */ (/** @type {unknown} */ (answered)));
  assert.ok(!isUnmeasured(result));
  assert.deepEqual(valuesOf(result), answered.measurements);
});

test('figures of a service that does not know corrections are not taken', () => {
  const result = made();
  correct(result, new Blob(['corrected']), COUNTED);
  const answered = /** @type {PredictionResponse} */ (/** @type {unknown} */ ({ measurements: { vascular_density: 0.1 } }));
  assert.throws(() => adopt(result, answered), /does not measure corrected vessels/);
  assert.ok(isUnmeasured(result));
});

test('discarding brings the model’s mask and figures back, however often it was corrected', async () => {
  const result = made();
  const { mask } = result.pictures ?? {};
  const before = structuredClone(result.answer);
  correct(result, new Blob(['once']), COUNTED);
  correct(result, new Blob(['twice']), { ...COUNTED, vessels: 40 });
  assert.equal(result.urls.artery_vein, null, 'arteries and veins of the old mask are not shown');
  assert.equal(result.graph, null);
  assert.equal(await result.pictures?.mask.text(), 'twice');
  assert.equal(result.pictures?.model_mask, mask);
  revert(result);
  assert.equal(result.pictures?.mask, mask);
  assert.equal(result.pictures?.model_mask, null);
  assert.deepEqual(result.answer, before);
  assert.equal(correctedWords(result), '');
});

test('it says by whom', () => {
  const result = made();
  correct(result, new Blob(['once']), { ...COUNTED, by: 'b@example.com' });
  assert.equal(correctedWords(result, 'a@example.com'), 'Corrected by b@example.com');
  assert.equal(correctedWords(result, 'b@example.com'), 'Corrected by you');
});
