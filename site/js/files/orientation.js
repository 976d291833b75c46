// Checks that the browser shows a photograph the same way round as the server segmented it, since they interpret the
// orientation of some files differently. It compares the photograph with the server's 128x128 preview.

const SIDE = 64;
const LAST = SIDE - 1;
const CLEARLY = 2; // in gray levels (0 to 255), averaged over the picture

/** @import { Size } from './segmentation.js' */
/** @typedef {(x: number, y: number) => [number, number]} Transform */

/** @type {Transform[]} */
const TRANSFORMS = [
  (x, y) => [LAST - x, y],
  (x, y) => [x, LAST - y],
  (x, y) => [LAST - x, LAST - y],
  (x, y) => [y, x],
  (x, y) => [LAST - y, x],
  (x, y) => [y, LAST - x],
  (x, y) => [LAST - y, LAST - x],
];

/**
 * False if the photograph turned or mirrored matches the server's preview clearly better than as the browser shows it. Both as from `grayOf`.
 * @param {Float32Array} shown
 * @param {Float32Array} sent
 */
export function sameWayRound(shown, sent) {
  const asShown = difference(shown, sent, (x, y) => [x, y]);
  return TRANSFORMS.every((transform) => difference(shown, sent, transform) + CLEARLY > asShown);
}

/**
 * A picture as 64x64 gray levels, 0 to 255. Decoded and reduced outside the page's own thread, which a large photograph would hold up.
 * @param {Blob} blob
 */
export async function grayOf(blob) {
  const picture = await createImageBitmap(blob, { resizeWidth: SIDE, resizeHeight: SIDE, resizeQuality: 'high' });
  const context = new OffscreenCanvas(SIDE, SIDE).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser cannot draw pictures.');
  context.drawImage(picture, 0, 0);
  picture.close();
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  return Float32Array.from({ length: SIDE * SIDE }, (_, i) => (data[4 * i] + data[4 * i + 1] + data[4 * i + 2]) / 3);
}

/**
 * @param {Float32Array} shown
 * @param {Float32Array} sent
 * @param {Transform} transform
 */
function difference(shown, sent, transform) {
  let sum = 0;
  for (let y = 0; y < SIDE; y += 1) {
    for (let x = 0; x < SIDE; x += 1) {
      const [u, v] = transform(x, y);
      sum += Math.abs(shown[y * SIDE + x] - sent[v * SIDE + u]);
    }
  }
  return sum / (SIDE * SIDE);
}

/**
 * The size at which the browser shows the photograph, with its EXIF orientation applied, or null if it cannot show it.
 * @param {string} url
 * @returns {Promise<Size | null>}
 */
export async function shownSize(url) {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    return null;
  }
  return { width: image.naturalWidth, height: image.naturalHeight };
}
