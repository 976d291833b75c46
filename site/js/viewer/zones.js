// Draws the regions round the optic disc: zone B and zone C, in which vessels are compared, and the quadrants into which
// the line from the disc to the fovea divides the retina. The same as in the service's regional measurements.

import { drawn } from '../ui/element.js';
import { t } from '../ui/language.js';

/** @import { Findings, OpticDisc } from 'openapi' */

/** Radii in disc diameters from the disc's centre. */
const RADII = { inner: 1, b: 1.5, c: 2.5 };
const LABELS_AT = 2;
const QUADRANTS = {
  superior: { temporal: t('superior temporal'), nasal: t('superior nasal') },
  inferior: { temporal: t('inferior temporal'), nasal: t('inferior nasal') },
};

/** @typedef {{ x: number, y: number }} Vector */

/**
 * Unit vectors towards the temple and upwards in the eye; null if they cannot be told without the fovea, or without
 * knowing which eye it is.
 * @param {Vector} disc its centre
 * @param {Vector | null} fovea
 * @param {'left' | 'right' | null} eye
 * @returns {{ temporal: Vector, superior: Vector } | null}
 */
export function directions(disc, fovea, eye) {
  const away = fovea ? Math.hypot(fovea.x - disc.x, fovea.y - disc.y) : 0;
  if (!fovea || !away) return byEye(eye);
  const temporal = { x: (fovea.x - disc.x) / away, y: (fovea.y - disc.y) / away };
  const turned = Math.abs(temporal.y) > Math.abs(temporal.x);
  if (turned && !eye) return null;
  if (!turned && eye && temporal.x < 0 !== (eye === 'right')) return null;
  const right = turned ? eye === 'right' : temporal.x < 0;
  return { temporal, superior: right ? { x: -temporal.y, y: temporal.x } : { x: temporal.y, y: -temporal.x } };
}

/** @param {'left' | 'right' | null} eye in a photograph that is not turned */
function byEye(eye) {
  return eye && { temporal: { x: eye === 'right' ? -1 : 1, y: 0 }, superior: { x: 0, y: -1 } };
}

/**
 * A drawing of the photograph's size.
 * @param {Pick<Findings, 'photograph' | 'structures'>} findings
 * @param {OpticDisc} disc
 */
export function zonesDrawing({ photograph, structures }, { centre, diameter }) {
  const { width, height, laterality } = photograph;
  const told = directions(centre, structures?.fovea?.centre ?? null, laterality ?? null);
  const circles = Object.values(RADII).flatMap((radius) => cased('circle', { cx: centre.x, cy: centre.y, r: radius * diameter }));
  const words = told ? t('Zones B and C round the optic disc, and the quadrants') : t('Zones B and C round the optic disc');
  return drawn(
    'svg',
    // The service counts from the centre of the first pixel, a drawing from its corner.
    { class: 'zone-lines', viewBox: `-0.5 -0.5 ${width} ${height}`, role: 'img', 'aria-label': words },
    ...circles,
    ...(told ? [...axes(centre, told, Math.hypot(width, height)), ...labels(centre, told, diameter)] : []),
    ...letters(centre, diameter),
  );
}

/**
 * The limits between the quadrants, out of the picture, but not through the disc.
 * @param {Vector} centre
 * @param {{ temporal: Vector, superior: Vector }} told
 * @param {number} length
 */
function axes(centre, { temporal, superior }, length) {
  return [temporal, superior].flatMap(({ x, y }) =>
    cased('line', { x1: centre.x - length * x, y1: centre.y - length * y, x2: centre.x + length * x, y2: centre.y + length * y }));
}

/**
 * @param {Vector} centre
 * @param {{ temporal: Vector, superior: Vector }} told
 * @param {number} diameter
 */
function labels(centre, { temporal, superior }, diameter) {
  const sides = /** @type {const} */ ([[1, 'superior'], [-1, 'inferior']]);
  const ends = /** @type {const} */ ([[1, 'temporal'], [-1, 'nasal']]);
  return sides.flatMap(([up, side]) => ends.map(([out, end]) => text(QUADRANTS[side][end], {
    x: centre.x + (LABELS_AT * diameter * (up * superior.x + out * temporal.x)) / Math.SQRT2,
    y: centre.y + (LABELS_AT * diameter * (up * superior.y + out * temporal.y)) / Math.SQRT2,
  }, diameter)));
}

/**
 * @param {Vector} centre
 * @param {number} diameter
 */
function letters({ x, y }, diameter) {
  return /** @type {const} */ ([['B', RADII.b], ['C', RADII.c]]).map(([letter, radius]) => text(letter, { x, y: y + (radius - 0.18) * diameter }, diameter));
}

/**
 * @param {string} words
 * @param {Vector} place
 * @param {number} diameter
 */
function text(words, place, diameter) {
  return drawn('text', { ...place, 'font-size': diameter / 5, 'text-anchor': 'middle' }, words);
}

/**
 * A shape on a wider dark one: one of the two stands out from any ground.
 * @param {'circle' | 'line'} tag
 * @param {Record<string, number>} attributes
 */
function cased(tag, attributes) {
  return [drawn(tag, { class: 'casing', ...attributes }), drawn(tag, attributes)];
}
