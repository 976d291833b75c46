// Draws the overlay of a photograph as a PNG at the photograph's own resolution. It works strip by strip, so that a
// large photograph needs little extra memory.

const STRIP_ROWS = 256;

/**
 * Throws if the browser cannot hold a canvas of the photograph's size.
 * @param {string} photographUrl
 * @param {string} maskUrl the vessel mask, white on black
 * @param {number} opacity 0 to 1
 * @param {string} colour of the vessels, in CSS
 */
export async function overlayPng(photographUrl, maskUrl, opacity, colour) {
  const [photograph, mask] = await Promise.all([decoded(photographUrl), decoded(maskUrl)]);
  const { naturalWidth: width, naturalHeight: height } = photograph;
  const canvas = new OffscreenCanvas(width, height);
  const context = brushOf(canvas);
  context.drawImage(photograph, 0, 0);
  context.globalAlpha = opacity;
  const strip = new OffscreenCanvas(width, STRIP_ROWS);
  const brush = brushOf(strip, { willReadFrequently: true });
  for (let top = 0; top < height; top += STRIP_ROWS) {
    const rows = Math.min(STRIP_ROWS, height - top);
    brush.clearRect(0, 0, width, STRIP_ROWS);
    brush.drawImage(mask, 0, top, width, rows, 0, 0, width, rows);
    const pixels = brush.getImageData(0, 0, width, rows);
    maskToAlpha(pixels.data);
    brush.putImageData(pixels, 0, 0);
    brush.globalCompositeOperation = 'source-in'; // fills only where the mask is
    brush.fillStyle = colour;
    brush.fillRect(0, 0, width, rows);
    brush.globalCompositeOperation = 'source-over';
    context.drawImage(strip, 0, 0, width, rows, 0, top, width, rows);
  }
  return canvas.convertToBlob({ type: 'image/png' });
}

/**
 * @param {OffscreenCanvas} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
function brushOf(canvas, settings) {
  const brush = canvas.getContext('2d', settings);
  if (!brush) throw new Error('This browser cannot hold a canvas of that size.');
  return brush;
}

/**
 * RGBA bytes: white becomes opaque, black transparent.
 * @param {Uint8ClampedArray} data
 */
function maskToAlpha(data) {
  for (let i = 0; i < data.length; i += 4) data[i + 3] = data[i];
}

/** @param {string} url */
async function decoded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}
