// A vessel segment gets another kind: which pixels are its own, and how the picture says it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { KIND, colourOf, kindsOf, nearestLines, relabel } from '../../site/js/correction/kinds-plane.js';

const SIZE = { width: 20, height: 12 };

/** An artery three pixels wide along row 5, and a vein along column 10 that begins two rows below it. */
function made() {
  const kinds = new Uint8Array(240);
  for (let x = 2; x < 18; x += 1) for (const y of [4, 5, 6]) kinds[y * 20 + x] = KIND.artery;
  for (let y = 7; y < 12; y += 1) for (const x of [9, 10, 11]) kinds[y * 20 + x] = KIND.vein;
  return kinds;
}

const LINES = [[[2, 5], [9, 5]], [[11, 5], [17, 5]], [[10, 8], [10, 11]]];

test('each vessel pixel belongs to the line that is nearest along the vessels', () => {
  const nearest = nearestLines(made(), SIZE, LINES);
  for (const y of [4, 5, 6]) {
    assert.equal(nearest[y * 20 + 3], 1);
    assert.equal(nearest[y * 20 + 16], 2);
  }
  assert.equal(nearest[11 * 20 + 9], 3);
  assert.equal(nearest[0], 0, 'what is no vessel belongs to none');
  const alone = made();
  alone[0] = KIND.unknown;
  assert.equal(nearestLines(alone, SIZE, LINES)[0], 0, 'nor does a vessel without a line');
});

test('lines that leave the photograph or stand still do no harm', () => {
  const nearest = nearestLines(made(), SIZE, [[[-5, 5], [400, 5]], [[10, 9]], []]);
  assert.equal(nearest[5 * 20 + 10], 1);
  assert.equal(nearest[9 * 20 + 10], 2);
});

test('only the pixels of the segment change their kind, and the picture says which', () => {
  const kinds = made();
  const before = kinds.slice();
  const nearest = nearestLines(kinds, SIZE, LINES);
  relabel(kinds, nearest, 1, 'vein');
  for (let i = 0; i < 240; i += 1) assert.equal(kinds[i], nearest[i] === 2 ? KIND.vein : before[i]);
  relabel(kinds, nearest, 0, 'unknown');
  assert.deepEqual(colourOf(kinds[5 * 20 + 3]), [255, 255, 255]);
  assert.deepEqual(colourOf(kinds[5 * 20 + 16]), [0, 0, 255]);
  const picture = Uint8ClampedArray.from([...kinds].flatMap((each) => [...colourOf(each), 255]));
  assert.deepEqual([...kindsOf(picture)], [...kinds], 'and is read back as it was');
});
