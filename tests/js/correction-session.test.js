// Strokes on a photograph and when they are in its mask: never half a stroke, and none is lost on the way.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { begun, made, pauses, png, vessels } from './support/correction-session.js';
import { answer, heard, requests } from './support/correction-worker.js';
import { correctKinds } from '../../site/js/correction/correcting.js';
import { areWritten, planeOf } from '../../site/js/correction/unwritten.js';
import { countsOf } from '../../site/js/correction/plane.js';

/** @import { Result } from '../../site/js/files/segmentation.js' */

test('a stroke that is taken back is not in the mask, though the one before it was due within it', async (t) => {
  const pause = pauses(t);
  const session = begun(made());
  session.stroke(2);
  session.draw(4);
  await pause();
  assert.equal(requests.length, 0, 'nothing is written within a stroke');
  session.cancel();
  assert.ok(!areWritten());
  await pause();
  assert.equal(vessels(await answer(png)), 10);
  assert.ok(areWritten());
  assert.deepEqual(session.told, ['touched', 'written']);
});

test('a mask that waits for another to be written waits for the end of the stroke, too', async (t) => {
  const pause = pauses(t);
  const session = begun(made());
  session.stroke(2);
  await pause();
  session.stroke(4);
  await pause();
  session.draw(6);
  assert.equal(vessels(await answer(png)), 10);
  assert.equal(requests.length, 0);
  assert.ok(!areWritten(), 'the second stroke is not in the mask');
  session.draw(6); // nothing more is painted
  session.finish();
  await pause();
  assert.equal(vessels(await answer(png)), 30);
  assert.ok(areWritten());
});

test('it is written only once the worker has written it, and strokes go on meanwhile', async (t) => {
  const pause = pauses(t);
  const session = begun(made());
  session.stroke(2);
  await pause();
  assert.ok(!areWritten(), 'the worker is at it');
  session.stroke(4);
  await answer(png);
  assert.ok(!areWritten(), 'there was another stroke');
  await pause();
  await answer(png);
  assert.ok(areWritten());
});

test('a stroke counts from the first touch, until it is taken back or in the mask', async (t) => {
  const pause = pauses(t);
  const session = begun(made());
  session.draw(2);
  assert.ok(!areWritten(), 'while it is made');
  session.cancel();
  assert.ok(areWritten(), 'it was taken back');
  session.draw(4);
  session.step('undo');
  assert.ok(areWritten());
  session.stroke(2);
  await pause();
  session.draw(4);
  session.cancel();
  assert.ok(!areWritten(), 'the first is being written');
  session.draw(6);
  await answer(png);
  assert.ok(!areWritten(), 'another is being made');
  session.cancel();
  assert.ok(areWritten());
  assert.deepEqual(session.told, ['touched', 'touched', 'touched', 'touched', 'touched', 'written', 'touched']);
});

test('undoing within a stroke takes back that stroke alone', (t) => {
  pauses(t);
  const session = begun(made());
  session.stroke(2);
  session.draw(4);
  session.step('undo');
  assert.equal(countsOf(session.plane).vessels, 10);
  session.step('undo');
  assert.equal(countsOf(session.plane).vessels, 0);
  return session.settle();
});

test('a photograph that is opened again has the stroke that was being written', async (t) => {
  const pause = pauses(t);
  const result = made();
  const before = begun(result);
  before.stroke(2);
  void before.settle(); // as the tool does when it is left
  await heard();
  const again = planeOf(result);
  await heard();
  assert.equal(requests.length, 1, 'its pictures are not read yet');
  await answer(png);
  const read = await answer(({ open }) => {
    assert.notEqual(open, undefined);
    return before;
  });
  assert.equal(await /** @type {{ vessels: Blob }} */ (read.open).vessels.text(), 'png', 'the mask with the stroke');
  const after = begun(result, await again);
  after.step('undo');
  assert.equal(countsOf(after.plane).vessels, 0);
  await pause();
  assert.ok(areWritten());
});

test('strokes that could not be written are kept, and written once the photograph is opened again', async (t) => {
  const pause = pauses(t);
  const complaints = t.mock.method(console, 'error', () => {});
  const result = made();
  const before = begun(result);
  before.stroke(2);
  await pause();
  await answer(() => ({ error: 'no memory' }));
  assert.deepEqual(before.told, ['touched', 'failed']);
  assert.equal(complaints.mock.callCount(), 1);
  assert.ok(!areWritten());
  begun(result, await planeOf(result));
  await pause();
  assert.equal(vessels(await answer(png)), 10);
  assert.ok(areWritten());
});

/** @param {Result} result */
const painted = ({ correction }) => correction?.painted;

test('what is discarded comes back with its arteries and veins, and goes with them again', async (t) => {
  const pause = pauses(t);
  for (const strokes of [1, 0]) {
    const result = made();
    const kinds = { arteries: new Blob(['arteries']), veins: new Blob(['veins']), picture: new Blob(['both']) };
    const session = begun(result);
    const said = () => [result.pictures?.corrected_arteries ?? null, result.pictures?.corrected_veins ?? null, Boolean(result.correction?.kinds)];
    const written = async () => {
      await pause();
      return strokes ? vessels(await answer(png)) : 0;
    };
    if (strokes) session.stroke(2);
    if (strokes) await written();
    correctKinds(result, kinds, { vessels: 10 * strokes, by: null });
    for (const again of ['discard', 'redo']) {
      if (again === 'discard') session.discard();
      else session.step('redo');
      assert.deepEqual([said(), session.density()], [[null, null, false], 0], again);
      await pause();
      assert.ok(!result.correction && session.canUndo());
      session.step('undo');
      assert.equal(await written(), 10 * strokes);
      assert.deepEqual([said(), session.density()], [[kinds.arteries, kinds.veins, true], (10 * strokes) / 200]);
      assert.equal(painted(result), Boolean(strokes));
    }
    session.step('undo');
    assert.ok(result.correction?.kinds, 'what was before the discarding is no matter of it');
  }
});
