// Thresholds, densities, outlines and centre-lines on made maps.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { areaOf, centreLines, count, heat, outline, over, painted } from '../../site/js/viewer/vessel-map.js';

const SIZE = { width: 60, height: 40 };

/** A horizontal vessel of 9 rows whose probability falls from its middle; a round field of view that cuts its ends. */
function made() {
  const [probability, inside] = [new Uint8Array(2400), new Uint8Array(2400)];
  for (let y = 0; y < 40; y += 1) {
    for (let x = 0; x < 60; x += 1) {
      inside[y * 60 + x] = Math.hypot(x - 29.5, y - 19.5) < 19 ? 1 : 0;
      if (inside[y * 60 + x]) probability[y * 60 + x] = Math.max(0, 230 - 40 * Math.abs(y - 19));
    }
  }
  return { probability, inside };
}

/** @param {string[]} rows with # for vessel */
function plane(rows) {
  return Uint8Array.from(rows.join('').split('').map((each) => (each === '#' ? 1 : 0)));
}

test('at the service’s threshold the density is the service’s own figure, at others what it would measure', () => {
  const { probability, inside } = made();
  const field = count(inside);
  const measured = (/** @type {number} */ threshold) => count(over(probability, threshold)) / field;
  const area = areaOf(count(over(probability, 0.5)), measured(0.5));
  assert.equal(area, field, 'the field of view is found again from the figure');
  for (const threshold of [0.2, 0.35, 0.5, 0.65, 0.8]) {
    assert.equal(count(over(probability, threshold)) / (area ?? 0), measured(threshold));
  }
});

test('a vessel is where the probability is strictly greater', () => {
  assert.deepEqual([...over(Uint8Array.of(0, 101, 102, 103, 255), 0.4)], [0, 0, 0, 1, 1]);
});

test('no density says nothing about the field of view', () => {
  assert.equal(areaOf(0, 0), null);
  assert.equal(areaOf(10, null), null);
});

test('the outline is what touches the ground', () => {
  const rows = ['......', '.####.', '.####.', '.####.', '......'];
  assert.deepEqual(outline(plane(rows), { width: 6, height: 5 }), plane(['......', '.####.', '.#..#.', '.####.', '......']));
  assert.equal(count(outline(new Uint8Array(12).fill(1), { width: 4, height: 3 })), 10, 'so is the edge of the picture');
});

test('centre-lines are thin, in the middle, and in one piece', () => {
  const { probability } = made();
  const lines = centreLines(over(probability, 0.5), SIZE);
  const found = [...lines].flatMap((each, i) => (each ? [{ x: i % 60, y: Math.floor(i / 60) }] : []));
  assert.ok(found.length > 25 && found.length < 40, String(found.length));
  assert.ok(found.filter(({ y }) => Math.abs(y - 19) > 1).length <= 4, 'apart from its ends');
  assert.equal(new Set(found.map(({ x }) => x)).size, Math.max(...found.map(({ x }) => x)) - Math.min(...found.map(({ x }) => x)) + 1);
});

test('vessels get their colour, the ground stays transparent', () => {
  assert.deepEqual([...painted(Uint8Array.of(1, 0), [0, 229, 255])], [0, 229, 255, 255, 0, 0, 0, 0]);
});

test('what is probable is bright and opaque', () => {
  const pixels = heat(Uint8Array.of(0, 20, 255));
  assert.deepEqual([pixels[3], pixels[7], pixels[11]], [0, 80, 255]);
  assert.ok(pixels[8] > 200 && pixels[9] > 200 && pixels[10] < 100, 'yellow');
});
