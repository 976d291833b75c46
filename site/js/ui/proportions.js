// Thumbnails: the whole photograph made square, as the network's 128 × 128 pixels are. Shown, they have its proportions again.

/** @typedef {{ width: number, height: number }} Size */

/**
 * Shows a thumbnail with the proportions of its photograph, in the middle of a square of `side` CSS pixels.
 * @param {HTMLImageElement} image
 * @param {Size} photograph
 * @param {number} side
 */
export function inProportion(image, photograph, side) {
  const { width, height } = fitted(photograph, side);
  Object.assign(image.style, { inlineSize: `${width}px`, blockSize: `${height}px`, marginInline: `${(side - width) / 2}px` });
}

/**
 * The largest size with these proportions within a square.
 * @param {Size} size
 * @param {number} side
 * @returns {Size}
 */
export function fitted({ width, height }, side) {
  const scale = side / Math.max(width, height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
