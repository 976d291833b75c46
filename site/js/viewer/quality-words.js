// The quality of a photograph in words: its grade and why it is not better. Pure.

import { ofService, t } from '../ui/language.js';

/** @import { Quality } from 'openapi' */

/** @param {Pick<Quality, 'grade' | 'reasons'>} quality */
export function qualityWords({ grade, reasons }) {
  if (!grade) return t('not known');
  const word = ofService(grade);
  return reasons.length ? t('{grade}: {reasons}', { grade: word, reasons: reasons.map(ofService).join(' ') }) : word;
}
