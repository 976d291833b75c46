// The colours of arteries and veins, and what is asked for to show them.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { colour } from '../../site/js/viewer/kinds.js';
import { missing } from '../../site/js/viewer/marks.js';

const COLOURS = { artery: '#ff0078', vein: '#0050ff', vessel: '#00e5ff' };

test('each kind gets its colour, and the ground becomes transparent', () => {
  const [red, blue, white, black] = [[255, 0, 0, 255], [0, 0, 255, 255], [255, 255, 255, 255], [0, 0, 0, 255]];
  const data = new Uint8ClampedArray([red, blue, white, black].flat());
  colour(data, COLOURS);
  assert.deepEqual([...data], [[255, 0, 120, 255], [0, 80, 255, 255], [0, 229, 255, 255], [0, 0, 0, 0]].flat());
});

/**
 * A result as far as `missing` looks at it.
 * @param {{ fallback?: string | null, drawn?: string, kinds?: string | null, structures?: boolean, closed?: boolean, measured?: boolean }} properties
 */
function result({ fallback = null, drawn = '', kinds = null, structures = false, closed = false, measured }) {
  const answer = { structures: structures ? { sha256: 'a', disc: null, fovea: null } : null };
  return /** @type {import('../../site/js/files/segmentation.js').Result} */ (
    /** @type {unknown} */ ({ look: closed ? null : () => Promise.resolve(), fallback, drawn, urls: { artery_vein: kinds }, answer, correction: measured === undefined ? null : { measured } })
  );
}

test('only what is wanted and lacking is asked for', () => {
  assert.equal(missing(result({}), []), null);
  assert.deepEqual(missing(result({}), ['artery_vein', 'disc']), ['artery_vein', 'disc']);
  assert.deepEqual(missing(result({ structures: true }), ['artery_vein', 'disc']), ['artery_vein']);
  assert.equal(missing(result({ kinds: 'blob:', structures: true }), ['artery_vein', 'disc']), null);
  assert.equal(missing(result({ closed: true }), ['disc']), null);
  assert.equal(missing(result({ measured: true }), []), null);
  assert.deepEqual(missing(result({ measured: false }), []), [], 'the figures of a corrected mask');
});

test('an overlay of the server is drawn again when something else is wanted, even if it is nothing', () => {
  const fallback = 'The browser cannot show it';
  assert.deepEqual(missing(result({ fallback, structures: true }), ['disc']), ['disc']);
  assert.equal(missing(result({ fallback, drawn: 'disc' }), ['disc']), null);
  assert.deepEqual(missing(result({ fallback, drawn: 'disc' }), []), []);
});
