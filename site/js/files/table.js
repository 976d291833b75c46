// The photographs of the start page as CSV (RFC 4180): one row for each, with a reason if it was not segmented.
// Intervals have columns if any photograph has one.

import { isUnmeasured } from '../correction/corrected.js';
import { inEnglish } from '../ui/in-english.js';

/** @import { Photo } from './photograph-list.js' */

/** @import { Result } from './segmentation.js' */
/** @import { Values } from '../ui/measurements.js' */

/** @typedef {Pick<Photo, 'name' | 'state' | 'code' | 'sentence' | 'result'>} Listed */

const LABELS = ['file', 'state', 'code', 'reason'];
const FOUND = [
  'width', 'height', 'field_of_view', 'field_of_view_width', 'field_of_view_height', 'retina', 'grade', 'reasons',
  'expected_dice', 'expected_dice_low', 'expected_dice_high', 'expected_dice_reason',
  'artery_vein_reason', 'disc_reason', 'fovea_reason',
];
const HOW = ['canvas', 'threshold', 'model', 'model_sha256', 'structures_sha256', 'software_version', 'pixel_size_um', 'corrected'];

/**
 * @param {Listed[]} photographs
 * @param {string[]} measured names of measurements
 * @param {(string | null)[]} [vessels] the file of each vessel mask, if they are given away together
 */
export function tableOf(photographs, measured, vessels) {
  const ranged = measured.filter((name) => photographs.some(({ result }) => result?.answer.measurement_intervals?.[name]));
  const ends = ranged.flatMap((name) => [`${name}_low`, `${name}_high`]);
  const columns = [...LABELS, ...FOUND, ...measured, ...ends, ...HOW, ...(vessels ? ['vessels'] : [])];
  const rows = photographs.map((photograph, i) => [...rowOf(photograph, measured, ranged), ...(vessels ? [vessels[i]] : [])]);
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/**
 * The names of all measurements that any of the photographs has.
 * @param {Listed[]} photographs
 */
export function measuredOn(photographs) {
  return [...new Set(photographs.flatMap(({ result }) => Object.keys(result?.answer.measurements ?? {})))];
}

/**
 * @param {Listed} photograph
 * @param {string[]} measured
 * @param {string[]} ranged of these, the ones that have two columns for their interval
 */
function rowOf({ name, state, code, sentence, result }, measured, ranged) {
  if (!result) return [name, state, code, code ? inEnglish(sentence) : null, ...[...FOUND, ...measured, ...ranged, ...ranged, ...HOW].map(() => null)];
  const { photograph, quality, measurements, measurement_intervals: intervals, canvas, threshold, model, structures } = result.answer;
  const view = photograph.field_of_view;
  const [low, high] = quality.expected_dice_interval ?? [];
  /** @type {Values} */
  const values = measurements;
  return [
    name, state, null, null, photograph.width, photograph.height, quality.field_of_view, view.width, view.height,
    quality.retina, quality.grade, quality.reasons?.join(' '), quality.expected_dice, low, high,
    quality.expected_dice_reason, structures?.artery_vein_reason, structures?.disc_reason, structures?.fovea_reason,
    ...measured.map((measurement) => values[measurement]),
    ...ranged.flatMap((measurement) => intervals?.[measurement] ?? [null, null]), canvas, threshold, model.name, model.sha256,
    structures?.sha256, result.answer.software_version, photograph.pixel_size_um, correctedOf(result),
  ];
}

/** @param {Pick<Result, 'correction'>} result */
function correctedOf(result) {
  if (isUnmeasured(result)) return 'not measured again';
  return result.correction ? 'yes' : 'no';
}

// Text that a spreadsheet may run as a formula: also after spaces, quotation marks and invisible characters, and in
// full-width characters.
const RISKY = /^(?:[\t\r\n]|[\s\p{Cc}\p{Cf}\p{Z}\p{M}"'`´‘’‚‛“”„‟]*[=+\-@−＝＋－＠﹦﹢﹣﹫⁺₊⁼₌])/u;
const NUMBER = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;

/**
 * One cell of CSV. As in `cells.py`, a leading apostrophe keeps a spreadsheet from running it as a formula.
 * @param {string | number | null | undefined} value
 */
export function cell(value) {
  const text = value === null || value === undefined ? '' : String(value);
  const safe = RISKY.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
