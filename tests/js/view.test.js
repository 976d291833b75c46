// Which part of the photograph is seen: zooming keeps the spot under the pointer, and the photograph cannot be lost.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { actualSize, clamped, fit, moved, percent, placed, WHOLE, zoomed } from '../../site/js/viewer/view.js';

const FRAME = { stage: { width: 900, height: 600 }, picture: { width: 3000, height: 2400 }, density: 2 };

/**
 * The pixel of the photograph that is seen so far from the stage's middle.
 * @param {import('../../site/js/viewer/view.js').View} view
 * @param {{ x: number, y: number }} at
 * @param {typeof FRAME} frame
 */
function under(view, at, frame) {
  const { left, top, width } = placed(view, frame);
  const scale = width / frame.picture.width;
  return [frame.stage.width / 2 + at.x - left, frame.stage.height / 2 + at.y - top].map((each) => each / scale);
}

/**
 * @param {number[]} a
 * @param {number[]} b
 */
function close(a, b) {
  a.forEach((each, i) => assert.ok(Math.abs(each - b[i]) < 1e-6, `${a.join()} is not ${b.join()}`));
}

test('the whole photograph fits the stage', () => {
  assert.equal(fit(FRAME), 0.25);
  assert.deepEqual(placed(WHOLE, FRAME), { left: 75, top: 0, width: 750, height: 600 });
  assert.equal(percent(WHOLE, FRAME), 50);
});

test('the spot under the pointer stays there', () => {
  const close4 = zoomed(WHOLE, 4, { x: 100, y: -80 }, FRAME);
  close(under(close4, { x: 100, y: -80 }, FRAME), under(WHOLE, { x: 100, y: -80 }, FRAME));
  const closer = zoomed(close4, 1.5, { x: -50, y: 20 }, FRAME);
  close(under(closer, { x: -50, y: 20 }, FRAME), under(close4, { x: -50, y: 20 }, FRAME));
});

test('at most sixteen pixels of the screen show one of the photograph', () => {
  assert.equal(percent(zoomed(WHOLE, 1e6, { x: 0, y: 0 }, FRAME), FRAME), 1600);
  assert.equal(percent(zoomed(WHOLE, actualSize(FRAME), { x: 0, y: 0 }, FRAME), FRAME), 100);
});

test('the whole photograph is the least, or its own size if that is smaller', () => {
  assert.equal(clamped({ ...WHOLE, zoom: 0.01 }, FRAME).zoom, 1);
  const small = { ...FRAME, picture: { width: 90, height: 60 } };
  assert.equal(percent(clamped({ ...WHOLE, zoom: 0.01 }, small), small), 100);
  const tiny = { ...FRAME, picture: { width: 9, height: 6 } };
  assert.equal(clamped({ ...WHOLE, zoom: 50 }, tiny).zoom, 1, 'all of it is seen, however small it is');
});

test('it cannot be moved out of the stage', () => {
  assert.deepEqual(moved(WHOLE, { x: 500, y: 500 }, FRAME), WHOLE);
  const { left, top } = placed(moved(zoomed(WHOLE, 3, { x: 0, y: 0 }, FRAME), { x: 1e5, y: 1e5 }, FRAME), FRAME);
  close([left, top], [0, 0]);
});

test('a drag moves it by as much', () => {
  const view = zoomed(WHOLE, 6, { x: 0, y: 0 }, FRAME);
  const [before, after] = [placed(view, FRAME), placed(moved(view, { x: 30, y: -12 }, FRAME), FRAME)];
  close([after.left - before.left, after.top - before.top], [30, -12]);
});
