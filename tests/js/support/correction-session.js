// A photograph without vessels, strokes on it, and the pauses after which they are written.

import './browser.js';
import { heard } from './correction-worker.js';
import { createSession } from '../../../site/js/correction/session.js';
import { countsOf, planeOf as bits } from '../../../site/js/correction/plane.js';

/** @import { TestContext } from 'node:test' */
/** @import { Result } from '../../../site/js/files/segmentation.js' */
/** @import { Opened } from '../../../site/js/correction/unwritten.js' */

const SIZE = { width: 20, height: 10 };
export const png = () => ({ png: new Blob(['png']) });
/** @type {(request: { encode?: Uint8Array }) => number} */
export const vessels = ({ encode }) => countsOf(encode ?? new Uint8Array()).vessels;

export function made() {
  const mask = new Blob(['mask']);
  const pictures = { mask, field_of_view: new Blob(['field']) };
  const result = { pictures, urls: { mask: URL.createObjectURL(mask) }, answer: { measurements: {} } };
  return /** @type {Result} */ (/** @type {unknown} */ (result));
}

/** A photograph that is all field of view and without vessels. */
function opened() {
  const plane = bits({ vessels: new Uint8Array(200), model: new Uint8Array(200), field: new Uint8Array(200).fill(255) });
  return { plane, size: SIZE, counted: countsOf(plane) };
}

/**
 * @param {Result} result
 * @param {Opened} [of]
 */
export function begun(result, of = opened()) {
  /** @type {string[]} */
  const told = [];
  const session = createSession({ result, ...of, by: () => null, changed: () => {}, touched: () => told.push('touched'), written: () => told.push('written'), failed: () => told.push('failed') });
  /** @param {number} y */
  const draw = (y) => session.draw({ x: 2, y }, { x: 11, y }, 1, true); // ten pixels
  return { ...session, ...of, told, draw, stroke: (/** @type {number} */ y) => (draw(y), session.finish()) };
}

/** @param {TestContext} t */
export function pauses({ mock }) {
  mock.timers.enable({ apis: ['setTimeout'] });
  return async () => {
    mock.timers.tick(300);
    await heard();
  };
}
