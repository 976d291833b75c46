// Registers two photographs in a thread of its own and draws their difference. registration.js sends it both vessel masks
// as pictures with their fields of view, and gets one answer.

import { isInside } from './centre-lines.js';
import { BOTH, coloured, differenceOf, FIRST, SECOND } from './difference.js';
import { FIELD_WIDTH, register } from './register.js';
import { apply, compose, inverted, similarity } from './transforms.js';

/** @import { Field, Plane } from './centre-lines.js' */
/** @import { Asked, Side } from './registration.js' */
/** @import { Transform } from './transforms.js' */

/** Longer side of the difference, in pixels. */
const DRAWN_SIDE = 1400;
/** Share of a pixel that must be vessel where a mask is made smaller: thin ones must not vanish. */
const SHARE = 0.3;
/** Where the field of view ends, vessels end, too: this share of its width is not compared. */
const RIM = 0.02;
/** Share of the width of the field of view: about half the width of a large vessel. */
const TOLERANCE = 0.006;

addEventListener('message', (/** @type {MessageEvent<Asked>} */ { data: { first, second, palette } }) => {
  const [k, l] = [first, second].map(({ field }) => FIELD_WIDTH / (field.right - field.left));
  const found = register(planeOf(first, k), planeOf(second, l));
  const transform = compose(similarity({ scale: 1 / l }), compose(found.transform, similarity({ scale: k })));
  const residual = found.residual / k;
  const drawn = found.found ? drawDifference(first, second, { transform, residual, palette }) : null;
  postMessage({ ...found, transform, residual, drawn }, { transfer: drawn ? [drawn.pixels.buffer] : [] });
});

/**
 * @param {Side} first
 * @param {Side} second
 * @param {{ transform: Transform, residual: number, palette: Asked['palette'] }} options
 */
function drawDifference(first, second, { transform, residual, palette }) {
  const scale = Math.min(1, DRAWN_SIDE / Math.max(first.mask.width, first.mask.height));
  const [width, height] = [first.mask.width, first.mask.height].map((side) => Math.max(1, Math.floor(side * scale)));
  const smaller = similarity({ scale });
  const [ours, theirs] = [first.field, second.field].map(withoutRim);
  const compared = new Uint8Array(width * height);
  for (let i = 0; i < compared.length; i += 1) {
    const [x, y] = [(i % width) / scale, Math.floor(i / width) / scale];
    if (isInside(ours, x, y) && isInside(theirs, ...apply(transform, x, y))) compared[i] = 1;
  }
  const [before, after] = [drawnAs(first.mask, smaller, width, height), drawnAs(second.mask, compose(smaller, inverted(transform)), width, height)];
  const tolerance = scale * Math.max(2 * residual, TOLERANCE * (first.field.right - first.field.left));
  const { classes, lengths } = differenceOf(before, after, { width, height }, { tolerance, compared });
  const pixels = coloured(classes, { [FIRST]: palette.first, [BOTH]: palette.both, [SECOND]: palette.second });
  return { pixels, width, height, lengths, tolerance: tolerance / scale };
}

/**
 * @param {Field} field
 * @returns {Field}
 */
function withoutRim({ x, y, radius, left, top, right, bottom }) {
  const rim = RIM * (right - left);
  return { x, y, radius: radius - rim, left: left + rim, top: top + rim, right: right - rim, bottom: bottom - rim };
}

/**
 * @param {Side} side
 * @param {number} scale
 * @returns {Plane}
 */
function planeOf({ mask, field }, scale) {
  const [width, height] = [mask.width, mask.height].map((side) => Math.max(1, Math.floor(side * scale)));
  const scaled = /** @type {Field} */ (Object.fromEntries(Object.entries(field).map(([name, value]) => [name, value * scale])));
  for (const edge of /** @type {const} */ (['left', 'top'])) scaled[edge] = Math.floor(scaled[edge]);
  return { vessels: drawnAs(mask, similarity({ scale }), width, height), width, height, field: scaled };
}

/**
 * A mask under a transform, as 0 and 1.
 * @param {ImageBitmap} mask
 * @param {Transform} transform
 * @param {number} width
 * @param {number} height
 */
function drawnAs(mask, { a, b, c, d, e, f }, width, height) {
  const brush = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!brush) throw new Error('This browser cannot hold a canvas of that size.');
  brush.imageSmoothingQuality = 'high';
  brush.setTransform(a, b, c, d, e, f);
  brush.drawImage(mask, 0, 0);
  const { data } = brush.getImageData(0, 0, width, height);
  return Uint8Array.from({ length: width * height }, (_, i) => (data[4 * i] * data[4 * i + 3] > SHARE * 255 * 255 ? 1 : 0));
}
