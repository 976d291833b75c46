// What a result knows of its correction: the model's mask and figures come back, and nothing of the old mask is left.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { correctedWords, fieldsOf, isUnmeasured, valuesOf } from '../../site/js/correction/corrected.js';
import { adopt, correct, correctKinds, revert, withoutKinds, withoutStrokes } from '../../site/js/correction/correcting.js';

/** @import { PredictionResponse } from 'openapi' */
/** @import { Result } from '../../site/js/files/segmentation.js' */

const COUNTED = { vessels: 30, area: 200, by: null };

function made() {
  const [mask, kinds, prediction] = ['mask', 'kinds', 'small'].map((each) => new Blob([each]));
  const pictures = { mask, prediction, artery_vein: kinds };
  const urls = { mask: URL.createObjectURL(mask), prediction: URL.createObjectURL(prediction), artery_vein: URL.createObjectURL(kinds) };
  const result = { pictures, urls, graph: { features: [] }, answer: { model: { name: 'unet', sha256: 'abc' }, measurements: { vascular_density: 0.1, fractal_dimension: 1.4 } } };
  return /** @type {Result} */ (/** @type {unknown} */ (result));
}

test('density is that of the correction at once, the other figures once they are measured', () => {
  const result = made();
  assert.deepEqual(fieldsOf(result), {});
  correct(result, new Blob(['corrected']), COUNTED);
  assert.deepEqual(valuesOf(result), { vascular_density: 0.15, fractal_dimension: 1.4 });
  assert.ok(isUnmeasured(result));
  assert.deepEqual(Object.keys(fieldsOf(result)), ['corrected_model', 'corrected_mask']);
  const answered = { correction: {}, images: { prediction_image: btoa('corrected') }, graph: null, measurements: { vascular_density: 0.15, fractal_dimension: 1.5 } };
  adopt(result, /** @type {PredictionResponse} */ (/** @type {unknown} */ (answered)));
  assert.ok(!isUnmeasured(result));
  assert.deepEqual(valuesOf(result), answered.measurements);
});

test('the small map is that of the corrected vessels once they are measured, and the model’s again without them', async () => {
  const result = made();
  correct(result, new Blob(['corrected']), COUNTED);
  const answered = { correction: {}, images: { prediction_image: btoa('other') }, measurements: {} };
  adopt(result, /** @type {PredictionResponse} */ (/** @type {unknown} */ (answered)));
  assert.equal(await result.pictures?.prediction.text(), 'other');
  correct(result, new Blob(['again']), COUNTED);
  revert(result);
  assert.equal(await result.pictures?.prediction.text(), 'small');
});

test('the network is named whose mask was corrected, whatever the service has by now', () => {
  const result = made();
  correct(result, new Blob(['corrected']), COUNTED);
  result.answer.model.sha256 = 'def';
  assert.equal(fieldsOf(result).corrected_model, 'abc');
});

const KINDS = { arteries: new Blob(['a']), veins: new Blob(['v']), picture: new Blob(['av']) };

test('a correction of kinds alone ends with them, on the model’s own mask', async () => {
  const result = made();
  const { mask } = result.pictures ?? {};
  correctKinds(result, KINDS, { vessels: 20, by: null });
  assert.deepEqual(Object.keys(fieldsOf(result)), ['corrected_model', 'corrected_mask', 'corrected_arteries', 'corrected_veins']);
  correct(result, new Blob(['painted']), COUNTED);
  withoutStrokes(result, COUNTED);
  assert.equal(result.pictures?.mask, mask, 'nothing was painted any more');
  assert.ok(result.correction?.kinds);
  withoutKinds(result, new Blob(['of the model']));
  assert.equal(result.correction, null);
  assert.deepEqual(fieldsOf(result), {});
  assert.equal(await result.pictures?.artery_vein?.text(), 'of the model');
});

test('what is painted stays without kinds, and arteries and veins are asked for again', () => {
  const result = made();
  correctKinds(result, KINDS, { vessels: 20, by: null });
  correct(result, new Blob(['painted']), COUNTED);
  withoutKinds(result);
  assert.deepEqual(Object.keys(fieldsOf(result)), ['corrected_model', 'corrected_mask']);
  assert.equal(result.urls.artery_vein, null);
  withoutStrokes(result, COUNTED);
  assert.equal(result.correction, null);
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
  assert.equal(correctedWords(result, 'a@example.com'), 'Corrected by somebody else');
  assert.equal(correctedWords({ ...result, stored: { mask: new Blob(['own']), arteries: null, veins: null, correction: null, answer: result.answer } }, 'a@example.com'), 'Corrected by b@example.com', 'a record is theirs alone');
  assert.equal(correctedWords(result, 'b@example.com'), 'Corrected by you');
});
