// A correction without the page: what a brush covers, what it changes, undo and redo, and the mask as a PNG.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';

import { createChanges } from '../../site/js/correction/changes.js';
import { boxOf, countsOf, departed, discarded, flip, gained, isVessel, paint, planeOf, under } from '../../site/js/correction/plane.js';
import { pixelsOf } from '../../site/js/correction/plane-picture.js';
import { colourPng, maskPng } from '../../site/js/correction/png.js';

const SIZE = { width: 30, height: 20 };

/** A round field of view with the model's vessel along its row 9. */
function made() {
  const [field, model] = [new Uint8Array(600), new Uint8Array(600)];
  for (let i = 0; i < 600; i += 1) {
    const [x, y] = [i % 30, Math.floor(i / 30)];
    field[i] = Math.hypot(x - 14.5, y - 9.5) < 9 ? 255 : 0;
    model[i] = y === 9 ? 255 : 0;
  }
  return { field, plane: planeOf({ vessels: model, model, field }) };
}

/** @param {ArrayLike<number>} runs */
function pixels(runs) {
  const found = new Set();
  for (let at = 0; at < runs.length; at += 2) for (let i = 0; i < runs[at + 1]; i += 1) found.add(runs[at] + i);
  return found;
}

test('a brush covers exactly the pixels whose middle is within its radius of the line', () => {
  for (const [from, to, diameter] of /** @type {const} */ ([
    [{ x: 5.2, y: 7.9 }, { x: 5.2, y: 7.9 }, 1], [{ x: 5.5, y: 7.5 }, { x: 24.5, y: 7.5 }, 5], [{ x: 5.5, y: 2.5 }, { x: 5.5, y: 15.5 }, 7],
    [{ x: 3.5, y: 3.5 }, { x: 22.5, y: 14.5 }, 9], [{ x: 22.5, y: 3.5 }, { x: -4, y: 16.5 }, 3], [{ x: 1, y: 1 }, { x: 28, y: 19 }, 21],
  ])) {
    const covered = pixels(under(from, to, diameter, SIZE));
    const [ax, ay, bx, by] = [from.x, from.y, to.x, to.y].map(Math.floor);
    for (let i = 0; i < 600; i += 1) {
      const [x, y] = [i % 30, Math.floor(i / 30)];
      const share = Math.min(Math.max(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2 || 1), 0), 1);
      const away = Math.hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay)) - diameter / 2;
      if (Math.abs(away) > 1e-9) assert.equal(covered.has(i), away < 0, `${x}, ${y} of ${diameter}`);
    }
  }
  assert.deepEqual(under({ x: -90, y: 5 }, { x: -80, y: 5 }, 9, SIZE), [], 'beside the photograph there is nothing');
});

test('nothing is painted or erased outside the field of view', () => {
  const { plane, field } = made();
  paint(plane, [0, 600], true);
  assert.equal(countsOf(plane).vessels, countsOf(plane).field);
  assert.ok(plane.every((value, i) => isVessel(value, false) === field[i] > 0));
  paint(plane, [0, 600], false);
  assert.equal(countsOf(plane).vessels, 0);
});

test('the count follows each change and is that of the plane', () => {
  const { plane } = made();
  let { vessels, differing } = countsOf(plane);
  assert.equal(differing, 0);
  for (const on of [true, false, true]) {
    const runs = paint(plane, under({ x: 14, y: 5 }, { x: 15 + Number(on), y: 13 }, 5, SIZE), on);
    vessels += gained(plane, runs);
    differing += departed(plane, runs);
    assert.equal(vessels, countsOf(plane).vessels);
    assert.equal(differing, countsOf(plane).differing);
    assert.equal(differing, discarded(plane, SIZE).reduce((sum, each, i) => sum + (i % 2 ? each : 0), 0));
  }
});

test('each change is undone and made again to the pixel, and discarding is one of them', () => {
  const { plane } = made();
  /** @type {import('../../site/js/correction/changes.js').Changes} */
  const changes = createChanges();
  const states = [[...plane]];
  for (const [x, on] of /** @type {const} */ ([[10, true], [14, false], [18, true]])) {
    changes.add(paint(plane, under({ x, y: 4 }, { x, y: 14 }, 3, SIZE), on));
    states.push([...plane]);
  }
  const all = discarded(plane, SIZE);
  flip(plane, all);
  changes.add(all);
  assert.deepEqual([...plane], states[0], 'the model’s again');
  assert.deepEqual(discarded(plane, SIZE), []);
  for (const state of [...states].reverse()) {
    flip(plane, changes.undo() ?? []);
    assert.deepEqual([...plane], state);
  }
  assert.equal(changes.undo(), null);
  assert.ok(!changes.canUndo() && changes.canRedo());
  for (const state of states.slice(1)) {
    flip(plane, changes.redo() ?? []);
    assert.deepEqual([...plane], state);
  }
});

test('a change after undoing ends redoing, and the oldest are forgotten beyond the limit', () => {
  /** @type {import('../../site/js/correction/changes.js').Changes} */
  const changes = createChanges(10);
  changes.add([1, 2, 3, 4]);
  changes.undo();
  changes.add([5, 6, 7, 8]);
  assert.equal(changes.redo(), null);
  changes.add([1, 2, 3, 4]);
  changes.add(new Uint32Array(8));
  assert.equal(changes.undo()?.length, 8);
  assert.equal(changes.undo(), null, 'the others were more than can be remembered');
  changes.add(new Uint32Array(12));
  assert.ok(changes.canUndo(), 'the latest can be undone however large it is');
});

test('the differences from the model say whether each run was added or removed', () => {
  const { plane } = made();
  paint(plane, [8 * 30 + 10, 5, 9 * 30 + 12, 4], true);
  paint(plane, [9 * 30 + 10, 3], false);
  const runs = discarded(plane, SIZE);
  assert.deepEqual(runs, [250, 5, 280, 3]);
  assert.equal(gained(plane, runs), 2);
  assert.deepEqual(boxOf(runs, 30), { left: 10, top: 8, right: 15, bottom: 10 });
  assert.equal(boxOf([], 30), null);
});

test('a box of the layer has the colour where there is vessel, also where the layer is smaller', () => {
  const { plane } = made();
  paint(plane, [0, 600], false);
  const how = { photograph: SIZE, layer: SIZE, box: { left: 10, top: 8, right: 14, bottom: 11 }, colour: 0xff00e5ff };
  assert.ok(pixelsOf(plane, { ...how, model: false }).every((byte) => byte === 0));
  const drawn = new Uint32Array(pixelsOf(plane, { ...how, model: true }).buffer);
  assert.deepEqual([...drawn], [0, 0, 0, 0, ...Array.from({ length: 4 }, () => 0xff00e5ff), 0, 0, 0, 0]);
  const half = pixelsOf(plane, { ...how, model: true, layer: { width: 15, height: 10 }, box: { left: 7, top: 4, right: 8, bottom: 5 } });
  assert.equal(new Uint32Array(half.buffer)[0], 0xff00e5ff);
});

test('the mask is a PNG of one bit a pixel that says the same of each', async () => {
  const { plane } = made();
  paint(plane, under({ x: 8, y: 5 }, { x: 20, y: 14 }, 4, SIZE), true);
  const bytes = Buffer.from(await (await maskPng(SIZE, (i) => isVessel(plane[i], false))).arrayBuffer());
  assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
  assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20), ...bytes.subarray(24, 29)], [30, 20, 1, 0, 0, 0, 0]);
  const length = bytes.readUInt32BE(33);
  assert.equal(bytes.subarray(37, 41).toString(), 'IDAT');
  const rows = inflateSync(bytes.subarray(41, 41 + length));
  assert.equal(rows.length, 20 * 5);
  for (let i = 0; i < 600; i += 1) {
    const [x, y] = [i % 30, Math.floor(i / 30)];
    assert.equal((rows[y * 5 + 1 + (x >> 3)] >> (7 - (x & 7))) & 1, Number(isVessel(plane[i], false)));
  }
});

test('a picture in colours is a PNG of eight bits for each, also beyond one strip', async () => {
  const size = { width: 700, height: 600 };
  const colourOf = (/** @type {number} */ i) => [i % 256, (i >> 8) % 256, i >> 16];
  const bytes = Buffer.from(await (await colourPng(size, colourOf)).arrayBuffer());
  assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20), ...bytes.subarray(24, 29)], [700, 600, 8, 2, 0, 0, 0]);
  const rows = inflateSync(bytes.subarray(41, 41 + bytes.readUInt32BE(33)));
  const wanted = Array.from({ length: 600 }, (_, y) => [0, ...Array.from({ length: 700 }, (_each, x) => colourOf(700 * y + x)).flat()]);
  assert.ok(rows.equals(Buffer.from(wanted.flat())));
});
