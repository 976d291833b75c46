// The segments of a vessel graph: which one is where, which colour it has, and what is said of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { COLOURS, coloursOf, nearest, nodesOf, segmentWords, segmentsOf, withKinds } from '../../site/js/viewer/vessel-segments.js';

/** @import { GraphFeatures, SegmentFeature } from 'openapi' */

/**
 * @param {number} start
 * @param {number} end
 * @param {[number, number][]} coordinates
 * @param {Partial<SegmentFeature['properties']>} properties
 * @returns {SegmentFeature}
 */
function segment(start, end, coordinates, properties = {}) {
  const [[x1, y1], [x2, y2]] = [coordinates[0], coordinates[coordinates.length - 1]];
  const known = { segment: 0, start, end, length: Math.hypot(x2 - x1, y2 - y1), tortuosity: 1, calibre: 5, calibres: [4, 6], kind: null };
  return { type: 'Feature', geometry: { type: 'LineString', coordinates }, properties: { ...known, ...properties } };
}

/** A trunk that branches in two. */
const FORK = [segment(0, 1, [[0, 0], [10, 0]]), segment(1, 2, [[10, 0], [30, 20]]), segment(1, 3, [[10, 0], [30, -10]])];
/** @type {GraphFeatures} */
const GRAPH = {
  type: 'FeatureCollection',
  segments_left_out: 0,
  features: [
    ...[[0, 0, 1], [10, 0, 3], [30, 20, 1], [30, -10, 2]].map(([x, y, degree], node) => (
      { type: /** @type {const} */ ('Feature'), geometry: { type: /** @type {const} */ ('Point'), coordinates: /** @type {[number, number]} */ ([x, y]) }, properties: { node, degree } }
    )),
    ...FORK,
  ],
};

test('segments come by their length, and nodes by what they are', () => {
  assert.deepEqual(segmentsOf(GRAPH), [FORK[1], FORK[2], FORK[0]]);
  assert.deepEqual(nodesOf(GRAPH), { ends: [[0, 0], [30, 20]], branches: [[10, 0]] });
});

test('segments that meet have different colours', () => {
  const star = Array.from({ length: COLOURS }, (_, i) => segment(0, i + 1, [[0, 0], [1, i]]));
  assert.equal(new Set(coloursOf(star)).size, COLOURS);
  const more = coloursOf([...star, segment(0, 9, [[0, 0], [5, 5]])]);
  assert.ok(more.every((colour) => colour >= 0 && colour < COLOURS), 'where there are not enough, one comes twice');
});

test('the nearest segment is found, within reach', () => {
  assert.equal(nearest(FORK, { x: 5, y: 1 }, 2), 0);
  assert.equal(nearest(FORK, { x: 21, y: 10 }, 2), 1);
  assert.equal(nearest(FORK, { x: 31, y: -10 }, 2), 2);
  assert.equal(nearest(FORK, { x: 5, y: 3 }, 2), null);
  assert.equal(nearest([segment(0, 0, [[7, 7], [7, 7]])], { x: 8, y: 7 }, 2), 0, 'also one without a length');
});

test('what is said of a segment has real lengths where they are known', () => {
  const vein = segment(0, 1, [[0, 0], [1, 1]], { kind: 'vein', length: 103.44, tortuosity: 1.0342 });
  assert.equal(segmentWords(vein, null), 'Vein: length 103.4\u00a0px, calibre 5.0 ± 1.0\u00a0px, tortuosity 1.034.');
  assert.equal(segmentWords(vein, 8.2), 'Vein: length 103.4\u00a0px (848\u00a0µm), calibre 5.0 ± 1.0\u00a0px (41 ± 8\u00a0µm), tortuosity 1.034.');
  const ring = segment(0, 0, [[0, 0], [1, 1]], { length: 9, tortuosity: null });
  assert.equal(segmentWords(ring, null), 'Vessel: length 9.0\u00a0px, calibre 5.0 ± 1.0\u00a0px, a ring, without tortuosity.');
});

test('kinds come with arteries and veins or with the disc', () => {
  assert.deepEqual(withKinds(['graph']), ['graph', 'disc']);
  assert.deepEqual(withKinds(['disc', 'graph']), ['disc', 'graph']);
  assert.deepEqual(withKinds(['artery_vein', 'graph']), ['artery_vein', 'graph']);
  assert.deepEqual(withKinds(['probability']), ['probability']);
});
