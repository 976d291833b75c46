// All photographs as a table. Enters: the photographs of the list; leaves: CSV (RFC 4180), one row for every photograph,
// with a reason where it was not segmented. Measures nothing.

/** @import { Photo } from './photograph-list.js' */

const COLUMNS = [
  'file', 'state', 'reason', 'width', 'height', 'field_of_view', 'field_of_view_width', 'field_of_view_height',
  'expected_dice', 'vascular_density', 'canvas', 'threshold', 'model', 'model_sha256',
];

/** @param {Pick<Photo, 'name' | 'state' | 'code' | 'result'>[]} photographs */
export function tableOf(photographs) {
  return [COLUMNS, ...photographs.map(rowOf)].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** @param {Pick<Photo, 'name' | 'state' | 'code' | 'result'>} photograph */
function rowOf({ name, state, code, result }) {
  if (!result) return [name, state, code, ...COLUMNS.slice(3).map(() => null)];
  const { photograph, quality, measurements, canvas, threshold, model } = result.answer;
  const view = photograph.field_of_view;
  return [
    name, state, null, photograph.width, photograph.height, quality.field_of_view, view.width, view.height,
    quality.expected_dice, measurements.vascular_density, canvas, threshold, model.name, model.sha256,
  ];
}

// What a spreadsheet would run as a formula: also after spaces, quotation marks and what is not seen, and full-width.
const RISKY = /^(?:[\t\r\n]|[\s\p{Cc}\p{Cf}\p{Z}\p{M}"'`´‘’‚‛“”„‟]*[=+\-@−＝＋－＠﹦﹢﹣﹫⁺₊⁼₌])/u;
const NUMBER = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;

/**
 * As `cells.py` has it: an apostrophe keeps a formula from being run.
 * @param {string | number | null | undefined} value
 */
export function cell(value) {
  const text = value === null || value === undefined ? '' : String(value);
  const safe = RISKY.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
