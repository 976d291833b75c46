// The segments of the vessel graph that the service answers: their colours, which one is at a spot, and what is said of it.
// Nothing here touches the page.

import { decimal, t } from '../ui/language.js';
import { withUnit } from '../ui/with-unit.js';

/** @import { GraphFeatures, SegmentFeature, NodeFeature } from 'openapi' */
/** @import { Mark } from './marks.js' */
/** @import { Point } from './view.js' */

export const COLOURS = 6;
const KINDS = { artery: t('Artery'), vein: t('Vein'), unknown: t('Vessel of unclear kind') };

/**
 * What to ask for: the service says of segments whether they are arteries or veins if it looks for more than vessels.
 * @param {Mark[]} marks
 */
export function withKinds(marks) {
  return marks.includes('graph') && !marks.includes('artery_vein') ? [...new Set([...marks, /** @type {Mark} */ ('disc')])] : marks;
}

/**
 * The segments, the longest first.
 * @param {GraphFeatures} graph
 */
export function segmentsOf({ features }) {
  const segments = /** @type {SegmentFeature[]} */ (features.filter(({ geometry }) => geometry.type === 'LineString'));
  return segments.sort((a, b) => b.properties.length - a.properties.length);
}

/**
 * Where vessels end, and where they branch or cross.
 * @param {GraphFeatures} graph
 */
export function nodesOf({ features }) {
  const nodes = /** @type {NodeFeature[]} */ (features.filter(({ geometry }) => geometry.type === 'Point'));
  const places = (/** @type {(degree: number) => boolean} */ wanted) =>
    nodes.filter(({ properties }) => wanted(properties.degree)).map(({ geometry }) => geometry.coordinates);
  return { ends: places((degree) => degree === 1), branches: places((degree) => degree > 2) };
}

/**
 * The number of a colour for each segment, another one than that of its neighbours as far as there are enough.
 * @param {SegmentFeature[]} segments
 */
export function coloursOf(segments) {
  /** @type {Map<number, Set<number>>} colours at each node */
  const taken = new Map();
  return segments.map(({ properties: { start, end } }, i) => {
    const around = [start, end].map((node) => taken.get(node) ?? /** @type {Set<number>} */ (new Set()));
    const turn = Array.from({ length: COLOURS }, (_, step) => (i + step) % COLOURS);
    const colour = turn.find((each) => !around.some((colours) => colours.has(each))) ?? turn[0];
    [start, end].forEach((node, side) => taken.set(node, around[side].add(colour)));
    return colour;
  });
}

/**
 * The number of the segment that is nearest to a spot, or null if none is within reach.
 * @param {SegmentFeature[]} segments
 * @param {Point} spot in the service's coordinates
 * @param {number} reach in pixels
 */
export function nearest(segments, spot, reach) {
  let [best, found] = [reach, /** @type {number | null} */ (null)];
  segments.forEach(({ geometry: { coordinates } }, number) => {
    for (let i = 1; i < coordinates.length; i += 1) {
      const away = distance(spot, coordinates[i - 1], coordinates[i]);
      if (away <= best) [best, found] = [away, number];
    }
  });
  return found;
}

/**
 * From a spot to the line between two points.
 * @param {Point} spot
 * @param {number[]} from
 * @param {number[]} to
 */
function distance({ x, y }, [x1, y1], [x2, y2]) {
  const [across, down] = [x2 - x1, y2 - y1];
  const square = across * across + down * down;
  const share = square ? Math.min(Math.max(((x - x1) * across + (y - y1) * down) / square, 0), 1) : 0;
  return Math.hypot(x - x1 - share * across, y - y1 - share * down);
}

/**
 * “Vein: length 103.4 px (848 µm), calibre 7.2 ± 0.8 px (59 ± 7 µm), tortuosity 1.034.”
 * @param {SegmentFeature} segment
 * @param {number | null | undefined} micrometres of a pixel
 */
export function segmentWords({ properties: { kind, length, calibre, calibres, tortuosity } }, micrometres) {
  const deviation = Math.sqrt(calibres.reduce((sum, each) => sum + (each - mean(calibres)) ** 2, 0) / calibres.length);
  const inPixels = (/** @type {number[]} */ ...pixels) => withUnit(pixels.map((each) => decimal(each, 1)).join(' ± '), 'px');
  const real = (/** @type {number[]} */ ...pixels) => (micrometres ? ` (${withUnit(pixels.map((each) => decimal(each * micrometres, 0)).join(' ± '), 'µm')})` : '');
  const words = {
    kind: kind ? KINDS[kind] : t('Vessel'),
    length: inPixels(length) + real(length),
    calibre: inPixels(calibre, deviation) + real(calibre, deviation),
  };
  return tortuosity
    ? t('{kind}: length {length}, calibre {calibre}, tortuosity {tortuosity}.', { ...words, tortuosity: decimal(tortuosity, 3) })
    : t('{kind}: length {length}, calibre {calibre}, a ring, without tortuosity.', words);
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
