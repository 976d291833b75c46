// Which part of the photograph the stage shows: how far it is enlarged and which spot is in the middle. Pure
// geometry; zoom.js applies it to the page. A view is relative to the photograph, so that it can be kept for the next.

/** @typedef {{ width: number, height: number }} Size */
/** @typedef {{ x: number, y: number }} Point */
/** @typedef {{ zoom: number, x: number, y: number }} View `zoom` relative to the whole photograph; the middle, 0 to 1 */
/**
 * @typedef {object} Frame
 * @property {Size} stage in CSS pixels
 * @property {Size} picture in its own pixels
 * @property {number} density pixels of the screen per CSS pixel
 */

/** @type {View} */
export const WHOLE = { zoom: 1, x: 0.5, y: 0.5 };
/** Pixels of the screen per pixel of the photograph. */
const MOST = 16;

/**
 * CSS pixels per pixel of the photograph where all of it is seen.
 * @param {Frame} frame
 */
export function fit({ stage, picture }) {
  return Math.min(stage.width / picture.width, stage.height / picture.height);
}

/**
 * Pixels of the screen per pixel of the photograph, in per cent.
 * @param {View} view
 * @param {Frame} frame
 */
export function percent({ zoom }, frame) {
  return zoom * fit(frame) * frame.density * 100;
}

/**
 * The least and the greatest zoom. A photograph smaller than the stage can be seen at its own size.
 * @param {Frame} frame
 */
export function limits(frame) {
  const actual = actualSize(frame);
  return { least: Math.min(1, actual), most: Math.max(1, MOST * actual) };
}

/**
 * The zoom at which a pixel of the photograph is one of the screen.
 * @param {Frame} frame
 */
export function actualSize(frame) {
  return 1 / (fit(frame) * frame.density);
}

/**
 * The nearest view that wastes no room: within the limits of zoom, and without a gap at one side of the stage only.
 * @param {View} view
 * @param {Frame} frame
 * @returns {View}
 */
export function clamped({ zoom, x, y }, frame) {
  const { least, most } = limits(frame);
  const within = Math.min(Math.max(zoom, least), most);
  const shown = seen(within, frame);
  return { zoom: within, x: middle(x, shown.width), y: middle(y, shown.height) };
}

/**
 * Enlarged by `factor`, with the spot under `at` staying where it is. `at` is in CSS pixels from the stage's middle.
 * @param {View} view
 * @param {number} factor
 * @param {Point} at
 * @param {Frame} frame
 */
export function zoomed(view, factor, at, frame) {
  const { zoom } = clamped({ ...view, zoom: view.zoom * factor }, frame);
  const [before, after] = [view.zoom, zoom].map((each) => each * fit(frame));
  const shift = 1 / before - 1 / after;
  return clamped({ zoom, x: view.x + (at.x * shift) / frame.picture.width, y: view.y + (at.y * shift) / frame.picture.height }, frame);
}

/**
 * With the photograph moved by so many CSS pixels.
 * @param {View} view
 * @param {Point} by
 * @param {Frame} frame
 */
export function moved(view, by, frame) {
  const scale = view.zoom * fit(frame);
  const { width, height } = frame.picture;
  return clamped({ ...view, x: view.x - by.x / (scale * width), y: view.y - by.y / (scale * height) }, frame);
}

/**
 * Where the photograph lies in the stage, in CSS pixels.
 * @param {View} view
 * @param {Frame} frame
 */
export function placed({ zoom, x, y }, frame) {
  const scale = zoom * fit(frame);
  const [width, height] = [frame.picture.width * scale, frame.picture.height * scale];
  return { left: frame.stage.width / 2 - x * width, top: frame.stage.height / 2 - y * height, width, height };
}

/**
 * The share of the photograph that fits into the stage, above 1 if there is room to spare.
 * @param {number} zoom
 * @param {Frame} frame
 */
function seen(zoom, frame) {
  const scale = zoom * fit(frame);
  return { width: frame.stage.width / (scale * frame.picture.width), height: frame.stage.height / (scale * frame.picture.height) };
}

/**
 * @param {number} at
 * @param {number} shown
 */
function middle(at, shown) {
  return shown >= 1 ? 0.5 : Math.min(Math.max(at, shown / 2), 1 - shown / 2);
}
