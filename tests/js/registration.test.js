// Registration of made-up vessel trees: known shifts, turns and scales are found, and unrelated trees are refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { register } from '../../site/js/registration/register.js';
import { BOTH, differenceOf, FIRST, SECOND } from '../../site/js/registration/difference.js';
import { sharesOf } from '../../site/js/registration/registration.js';
import { apply, compose, fitAffine, inverted, shapeOf, similarity } from '../../site/js/registration/transforms.js';
import { FIELD, MIDDLE, numbers, plane, tree } from './support/vessel-tree.js';

/** @import { Transform } from '../../site/js/registration/transforms.js' */

/** @param {Parameters<typeof similarity>[0]} parts round the middle of the field of view */
function moved({ x = 0, y = 0, ...shape }) {
  return compose(similarity({ x: MIDDLE + x, y: MIDDLE + y }), compose(similarity(shape), similarity({ x: -MIDDLE, y: -MIDDLE })));
}

/** How far apart two transforms lead the same points at most, in pixels. @param {Transform} one @param {Transform} other */
function apart(one, other) {
  const places = [[0, 0], [-100, 0], [100, 0], [0, 100], [0, -100]].map(([x, y]) => [MIDDLE + x, MIDDLE + y]);
  return Math.max(...places.map(([x, y]) => Math.hypot(...apply(one, x, y).map((each, i) => each - apply(other, x, y)[i]))));
}

const CASES = [
  { x: 0, y: 0 },
  { x: 37, y: -21 },
  { degrees: 15, scale: 1 },
  { degrees: -15, scale: 0.9, x: 10, y: 15 },
  { degrees: 6, scale: 1.1, x: -30, y: 12 },
  { degrees: -4, scale: 0.97, x: 150, y: 30 }, // a third of the field is left
];

test('a known shift, turn and scale is found, although some vessels were found in one photograph only', () => {
  CASES.forEach((parts, i) => {
    const branches = tree(i + 1);
    const random = numbers(100 + i);
    const seen = branches.map(() => [random() < 0.88, random() < 0.88]);
    const expected = moved(parts);
    const found = register(plane(branches, moved({}), (k) => seen[k][0]), plane(branches, expected, (k) => seen[k][1]));
    const words = `${JSON.stringify(parts)}: ${JSON.stringify(found)}`;
    assert.ok(found.found, words);
    assert.ok(apart(found.transform, expected) < 3, `${words}, ${apart(found.transform, expected)} px off`);
    assert.ok(found.residual < 1.5, words);
  });
});

test('the overlap is the share of the first field of view that the second shows', () => {
  const branches = tree(3);
  const { overlap } = register(plane(branches, moved({})), plane(branches, moved({ x: FIELD.radius })));
  assert.ok(Math.abs(overlap - 0.391) < 0.03, String(overlap)); // of two discs whose middles are a radius apart
});

test('unrelated trees, mirror images, a few vessels and empty maps are not registered', () => {
  for (let seed = 1; seed <= 4; seed += 1) {
    const found = register(plane(tree(seed), moved({})), plane(tree(seed + 50), moved({})));
    assert.ok(!found.found, `${seed}: ${JSON.stringify(found)}`);
  }
  const few = (/** @type {number} */ seed) => plane(tree(seed), moved({}), (k) => k < 12);
  assert.ok(!register(few(13), few(73)).found); // these agree by .38
  const branches = tree(2);
  const mirrored = { ...moved({}), a: -1, e: 2 * MIDDLE };
  assert.ok(!register(plane(branches, moved({})), plane(branches, mirrored)).found);
  assert.ok(!register(plane(branches, moved({})), plane([], moved({}))).found);
});

test('transforms are fitted, composed and inverted', () => {
  const transform = { a: 1.02, b: 0.2, c: -0.1, d: 0.95, e: 12, f: -7 };
  const points = [[0, 0], [100, 0], [0, 100], [70, 30]];
  const fitted = fitAffine(points.flatMap(([x, y]) => [x, y, ...apply(transform, x, y)]));
  assert.ok(apart(fitted, transform) < 1e-9);
  assert.ok(apart(compose(inverted(transform), transform), similarity({})) < 1e-9);
  const { degrees, scale, stretch } = shapeOf(similarity({ degrees: 12, scale: 0.9 }));
  assert.deepEqual([degrees, scale, stretch].map((each) => Number(each.toFixed(9))), [12, 0.9, 1]);
});

test('the difference has the vessels of the first, of both and of the second, and their lengths', () => {
  const size = { width: 60, height: 40 };
  const lines = (/** @type {number[]} */ rows) => Uint8Array.from({ length: 60 * 40 }, (_, i) => (rows.includes(Math.floor(i / 60)) && i % 60 >= 5 && i % 60 < 55 ? 1 : 0));
  const compared = Uint8Array.from({ length: 60 * 40 }, (_, i) => (i % 60 < 45 ? 1 : 0));
  const { classes, lengths } = differenceOf(lines([8, 20]), lines([21, 32]), size, { tolerance: 2, compared });
  assert.deepEqual([8, 20, 21, 32].map((row) => classes[row * 60 + 30]), [FIRST, BOTH, 0, SECOND]);
  assert.equal(classes[8 * 60 + 50], 0, 'what the other photograph does not show is no difference');
  assert.deepEqual(lengths, { first: 40, both: 40, second: 40 });
  assert.deepEqual(sharesOf(lengths), { first: '33\u00a0%', both: '33\u00a0%', second: '33\u00a0%' });
  assert.equal(sharesOf({ first: 0, both: 0, second: 0 }), null);
});
