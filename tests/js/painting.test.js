// The layer of a correction is drawn in strips, a frame each; its memory is taken before the first of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { createPainting } from '../../site/js/correction/painting.js';
import { planeOf } from '../../site/js/correction/plane.js';

test('no frame has the memory of the layer to take besides its strip', () => {
  /** @type {(() => void)[]} */
  const frames = [];
  /** @type {[number, number][]} columns and rows that were put */
  const put = [];
  class FakeImageData {
    width = 0;
    height = 0;

    /** @param {[number, number] | [Uint8ClampedArray, number, number]} given pixels may come before the size */
    constructor(...given) {
      [this.width, this.height] = given.length === 2 ? given : [given[1], given[2]];
    }
  }
  Object.assign(globalThis, { ImageData: FakeImageData, requestAnimationFrame: (/** @type {() => void} */ draw) => frames.push(draw) });
  const context = { putImageData: (/** @type {FakeImageData} */ { width, height }) => put.push([width, height]) };
  const canvas = { width: 0, height: 0, dataset: { state: '' }, getContext: () => context };
  const size = { width: 1000, height: 900 };
  const dark = new Uint8Array(size.width * size.height);

  createPainting(/** @type {HTMLCanvasElement} */ (/** @type {unknown} */ (canvas))).begin(planeOf({ vessels: dark, model: dark, field: dark }), size);
  assert.deepEqual([put, canvas.width, canvas.height], [[[1, 1]], 1000, 900], 'before any frame');
  while (frames.length) frames.shift()?.();
  assert.deepEqual(put.slice(1), [[1000, 400], [1000, 400], [1000, 100]]);
  assert.equal(canvas.dataset.state, 'drawn');
});
