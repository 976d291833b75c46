// What a result knows of its correction: the mask of a person in place of the model's, which stays beside it, and whether
// the figures are those of the corrected mask. Nothing here touches the page.

import { t } from '../ui/language.js';

/** @import { Findings, Result } from '../files/segmentation.js' */

/**
 * @typedef {object} Correction
 * @property {number} vessels pixels of the corrected mask
 * @property {number} area pixels of the field of view
 * @property {boolean} [painted] whether the vessels differ from the model's
 * @property {boolean} [kinds] whether a person said which vessels are arteries and veins
 * @property {boolean} measured whether the result's answer has the figures of the corrected mask
 * @property {string | null} [saved] the id of the record that has it
 * @property {string | null} by e-mail address of who corrected it, if they were signed in
 * @property {Findings} model what was found on the model's mask
 */

/**
 * Whether the figures are those of a mask before the latest correction.
 * @param {Pick<Result, 'correction'>} result
 */
export function isUnmeasured({ correction }) {
  return Boolean(correction && !correction.measured);
}

/**
 * The fields of a form by which the service measures the corrected mask, and knows which network's mask it was.
 * @param {Pick<Result, 'correction' | 'pictures'>} result
 * @returns {Record<string, Blob | string>}
 */
export function fieldsOf({ correction, pictures }) {
  if (!correction || !pictures) return {};
  const { mask, corrected_arteries: arteries, corrected_veins: veins } = pictures;
  const kinds = arteries && veins && { corrected_arteries: arteries, corrected_veins: veins };
  return { corrected_model: correction.model.model.sha256, corrected_mask: mask, ...kinds };
}

/**
 * The measurements, with the vascular density of the mask as it is now.
 * @param {Pick<Result, 'answer' | 'correction'>} result
 */
export function valuesOf({ answer, correction }) {
  if (!correction || correction.measured || !correction.area) return answer.measurements;
  return { ...answer.measurements, vascular_density: correction.vessels / correction.area };
}

/**
 * “Corrected by you”, or by whom; empty if the mask is the model's. Several people may sign in on one computer: only a record
 * of the history, which is theirs, names the other.
 * @param {Pick<Result, 'correction' | 'stored'>} result
 * @param {string | null} [mail] of who is signed in
 */
export function correctedWords({ correction, stored }, mail = null) {
  if (!correction) return '';
  if (!correction.by || correction.by === mail) return t('Corrected by you');
  return stored ? t('Corrected by {name}', { name: correction.by }) : t('Corrected by somebody else');
}
