// What the tools tell: the probability of a spot and the distance between two.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { distanceOf } from '../../site/js/viewer/distance.js';
import { hatch } from '../../site/js/viewer/field-of-view.js';
import { probabilityOf } from '../../site/js/viewer/probability.js';
import { createSpots } from '../../site/js/viewer/spots.js';

/** @param {Record<number, number>} values by number of the pixel */
function square(values) {
  const data = new Uint8ClampedArray(4 * 121);
  for (const [i, value] of Object.entries(values)) data[4 * Number(i)] = value;
  return data;
}

test('the probability is that of the middle, with the highest nearby', () => {
  const data = square({ 60: 51, 0: 204 });
  assert.equal(probabilityOf(data, 0.5), 'Probability 0.20: no vessel. Up to 0.80 within 5 pixels.');
  assert.match(probabilityOf(data, 0.19), /0\.20: vessel\./);
});

test('a distance is in pixels, and in micrometres where the size of a pixel is known', () => {
  assert.equal(distanceOf({ x: 10, y: 20 }, { x: 40, y: 60 }, null), 'Distance 50.0 pixels.');
  assert.equal(distanceOf({ x: 10, y: 20 }, { x: 40, y: 60 }, 8.2), 'Distance 50.0 pixels, 410\u00a0µm.');
});

test('spots and places of the stage are each other’s inverse, and what is revealed is in the stage', () => {
  const frame = { stage: { width: 400, height: 300 }, picture: { width: 1000, height: 1000 }, density: 1 };
  const moves = /** @type {{ x: number, y: number }[]} */ ([]);
  const stage = /** @type {HTMLElement} */ (/** @type {unknown} */ ({ clientWidth: 400, clientHeight: 300, getBoundingClientRect: () => ({ left: 7, top: 5 }) }));
  const spots = createSpots({ stage, frame: () => frame, view: () => ({ zoom: 4, x: 0.5, y: 0.5 }), move: (by) => moves.push(by) });
  const place = spots.placeOf({ x: 480, y: 510 });
  const back = spots.spotAt({ clientX: place.x + 7, clientY: place.y + 5 });
  assert.deepEqual([back.x, back.y].map(Math.round), [480, 510]);
  assert.deepEqual(spots.placeOf(spots.middle()), { x: 200, y: 150 });
  spots.reveal({ x: 500, y: 500 });
  assert.equal(moves.length, 0);
  spots.reveal({ x: 900, y: 500 });
  assert.ok(moves[0].x < -250 && moves[0].y === 0);
});

test('outside the field of view it is hatched, within it nothing is drawn', () => {
  const data = new Uint8ClampedArray(4 * 4 * 4);
  data.fill(255, 4 * 8); // the lower half is white
  hatch(data, 4, 3);
  const alpha = Array.from({ length: 16 }, (_, i) => data[4 * i + 3]);
  assert.ok(alpha.slice(0, 8).every(Boolean) && new Set(alpha.slice(0, 8)).size === 2);
  assert.ok(alpha.slice(8).every((each) => each === 0));
});
