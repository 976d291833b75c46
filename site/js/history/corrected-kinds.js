// Which vessels are arteries and which veins, as a person has said, in the colours of the service's own picture: arteries red,
// veins blue, other vessels white, on black.

import { brushOf, decoded } from '../viewer/canvas.js';

const STRIP_ROWS = 256;

/**
 * The picture of both, as a PNG of the masks' own size. Throws an Error if the browser cannot hold a canvas of that size.
 * @param {Blob[]} masks of vessels, arteries and veins
 */
export async function correctedKinds(masks) {
  const urls = masks.map((blob) => URL.createObjectURL(blob));
  try {
    return await coloured(await Promise.all(urls.map(decoded)));
  } finally {
    urls.forEach((url) => URL.revokeObjectURL(url));
  }
}

/** @param {HTMLImageElement[]} pictures of vessels, arteries and veins */
function coloured(pictures) {
  const { naturalWidth: width, naturalHeight: height } = pictures[0];
  const canvas = new OffscreenCanvas(width, height);
  const brush = brushOf(canvas);
  const strip = brushOf(new OffscreenCanvas(width, Math.min(STRIP_ROWS, height)), { willReadFrequently: true });
  for (let top = 0; top < height; top += STRIP_ROWS) {
    const rows = Math.min(STRIP_ROWS, height - top);
    const read = pictures.map((picture) => {
      strip.drawImage(picture, 0, top, width, rows, 0, 0, width, rows);
      return strip.getImageData(0, 0, width, rows);
    });
    combine(read.map(({ data }) => data));
    brush.putImageData(read[0], 0, top);
  }
  return canvas.convertToBlob({ type: 'image/png' });
}

/**
 * Colours the RGBA bytes of the vessels in place. A vessel that is both an artery and a vein, or neither, is white.
 * @param {Uint8ClampedArray[]} masks of vessels, arteries and veins
 */
export function combine([vessels, arteries, veins]) {
  for (let i = 0; i < vessels.length; i += 4) {
    if (vessels[i] < 128) continue;
    const [artery, vein] = [arteries[i] > 127, veins[i] > 127];
    if (artery === vein) continue;
    vessels.set(artery ? [255, 0, 0] : [0, 0, 255], i);
  }
}
