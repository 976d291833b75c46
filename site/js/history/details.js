// What a person says of a photograph: subject label, eye, day, note. Enters: a form or a record; leaves: the fields filled
// in, and read as the API wants them. Checks nothing that the browser or the API checks.

/** @import { SavedPrediction } from 'openapi' */

/** @typedef {'subject' | 'eye' | 'taken_on' | 'note'} Field */
/** @typedef {Record<Field, string | null>} Details */

/** @type {Field[]} */
const FIELDS = ['subject', 'eye', 'taken_on', 'note'];

/**
 * Null where nothing was written.
 * @param {HTMLFormElement} form
 */
export function detailsOf(form) {
  return /** @type {Details} */ (Object.fromEntries(FIELDS.map((field) => [field, control(form, field).value.trim() || null])));
}

/**
 * @param {HTMLFormElement} form
 * @param {Details} details
 */
export function fill(form, details) {
  for (const field of FIELDS) control(form, field).value = details[field] ?? '';
}

/**
 * @param {HTMLFormElement} form
 * @param {Field} field
 */
function control(form, field) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(field)); // or a select or a textarea, which have a value, too
}

/**
 * “P-0017, left eye”. The day is told beside it.
 * @param {Pick<SavedPrediction, 'subject' | 'eye'>} record
 */
export function titleOf({ subject, eye }) {
  return `${subject ?? 'No subject label'}, ${eye === 'unknown' ? 'eye not known' : `${eye} eye`}`;
}
