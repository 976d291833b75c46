// The details a person enters for a photograph: subject label, eye, date, note and file name. This module reads them from a form
// in the shape the API expects and fills them in again. Validation is left to the browser and the API.

import { t } from '../ui/language.js';

/** @import { SavedPrediction } from 'openapi' */
/** @import { Photo } from '../files/photograph-list.js' */

/** @typedef {'subject' | 'eye' | 'taken_on' | 'note' | 'file_name'} Field */
/** @typedef {Record<Field, string | null>} Details */

/** @type {Field[]} */
const FIELDS = ['subject', 'eye', 'taken_on', 'note', 'file_name'];

const EYES = { left: t('left eye'), right: t('right eye'), unknown: t('eye not known') };

/** Characters of a file name that the service stores. */
const LONGEST_NAME = 255;

/**
 * The file's name without its folder, as long as it may be.
 * @param {{ name: string }} photograph
 */
export function fileNameOf({ name }) {
  return name.slice(name.lastIndexOf('/') + 1).slice(-LONGEST_NAME);
}

/**
 * What the form says before anything is typed: only what belongs to the photograph itself, never what another one was saved with.
 * @param {Pick<Photo, 'name' | 'draft'> & { result: { answer: { photograph: Pick<SavedPrediction['photograph'], 'laterality'> } } | null }} photo
 * @returns {Details}
 */
export function detailsToBegin({ name, draft, result }) {
  return draft ?? { subject: null, eye: result?.answer.photograph.laterality ?? 'unknown', taken_on: null, note: null, file_name: fileNameOf({ name }) };
}

/**
 * The details in the form; empty fields are null.
 * @param {HTMLFormElement} form
 */
export function detailsOf(form) {
  return /** @type {Details} */ (Object.fromEntries(FIELDS.map((field) => [field, control(form, field).value.trim() || null])));
}

/**
 * @param {HTMLFormElement} form
 * @param {{ [Key in Field]?: string | null }} details
 */
export function fill(form, details) {
  for (const field of FIELDS) control(form, field).value = details[field] ?? '';
}

/**
 * @param {HTMLFormElement} form
 * @param {Field} field
 */
function control(form, field) {
  // It may also be a select or a textarea, which have a value, too.
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(field));
}

/**
 * “P-0017, left eye”. The date is shown next to it.
 * @param {Pick<SavedPrediction, 'subject' | 'eye'>} record
 */
export function titleOf({ subject, eye }) {
  return `${subject ?? t('No subject label')}, ${EYES[eye]}`;
}
