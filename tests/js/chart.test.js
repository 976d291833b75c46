// The scale and the lines of the line chart.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { comparable, drawChart, lines } from '../../site/js/history/chart.js';
import { leastSpan, scale } from '../../site/js/history/scale.js';

/**
 * @param {string} id
 * @param {number | null} value
 * @param {string[]} changes
 */
function point(id, value, ...changes) {
  return { id, on: '2026-01-01', value, changes };
}

/** @param {ReturnType<typeof point>[]} points */
function runs(...points) {
  return lines(points).map((line) => line.map(({ id }) => id).join(''));
}

test('the smallest value is at one end, the largest at the other', () => {
  const { at } = scale([2, 4, 6], 100, 200, 0);
  assert.deepEqual([2, 4, 6].map(at), [100, 150, 200]);
});

test('a margin separates values from the ends, also when inverted', () => {
  const { low, high, at } = scale([0, 10], 200, 0, 0.5);
  assert.deepEqual([low, high], [-5, 15]);
  assert.deepEqual([at(-5), at(5), at(15)], [200, 100, 0]);
});

test('equal values lie in the middle', () => {
  for (const value of [0, 0.08, -3]) {
    const { at } = scale([value, value], 0, 100, 0.15);
    assert.ok(Math.abs(at(value) - 50) < 1e-9, String(value));
  }
  const { low, high } = scale([10, 10], 0, 100, 0.15);
  assert.deepEqual([low, high], [9, 11], 'a tenth of the value above and below it');
});

test('one line through all comparable points', () => {
  assert.deepEqual(runs(point('a', 1), point('b', 2), point('c', 3)), ['abc']);
});

test('the line breaks where a value is missing', () => {
  assert.deepEqual(runs(point('a', 1), point('b', 2), point('-', null), point('c', 3), point('d', 4)), ['ab', 'cd']);
});

test('the line breaks where the model changed, and a single point is no line', () => {
  assert.deepEqual(runs(point('a', 1), point('b', 2), point('c', 3, 'model')), ['ab']);
  assert.deepEqual(runs(point('a', 1), point('b', 2, 'canvas'), point('c', 3)), ['bc']);
});

test('a small difference does not fill the axis', () => {
  const { low, high } = scale([10, 10.1], 0, 100, 0.15, { least: 4 });
  assert.ok(Math.abs(low - 8.05) < 1e-9 && Math.abs(high - 12.05) < 1e-9);
  const wide = scale([0, 10], 0, 100, 0.15, { least: 4 });
  assert.deepEqual([wide.low, wide.high], [-1.5, 11.5], 'a large one has the usual margin');
});

test('the axis does not go below what is possible', () => {
  const { low, high, at } = scale([1, 2], 100, 0, 0.15, { least: 10, minimum: 0 });
  assert.deepEqual([low, high, at(0)], [0, 6.5, 100]);
});

test('the axis shows two bands, or a fifth of the values', () => {
  assert.equal(leastSpan([9, 11], (value) => [value - 1, value + 1]), 4);
  assert.equal(leastSpan([9, 11], () => null), 2);
});

test('what can be compared with a point ends where something else changed', () => {
  const points = [point('a', 1), point('b', 2), point('c', 3, 'model'), point('d', null), point('e', 5)];
  const ends = (/** @type {string} */ id) => {
    const run = comparable(points, id);
    return run && run.first.id + run.last.id;
  };
  assert.deepEqual(['a', 'b', 'c', 'd', 'e'].map(ends), ['ab', 'ab', 'ce', null, 'ce']);
  assert.equal(comparable(points, 'x'), null);
});

test('a place without room gets no chart', () => {
  /** @type {unknown[][]} */
  const drawings = [];
  const place = { clientWidth: 3, replaceChildren: (/** @type {unknown[]} */ ...drawing) => drawings.push(drawing) };
  const points = [2024, 2025].map((year) => ({ id: String(year), on: `${year}-01-01`, value: year, changes: [] }));
  drawChart(/** @type {HTMLElement} */ (/** @type {unknown} */ (place)), points, '2024', String, { band: () => null, minimum: 0 });
  assert.deepEqual(drawings, [[]]);
});
