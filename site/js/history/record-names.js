// What a record of the history is called: above its picture, and by the files that are downloaded of it.

import { dayOf } from '../ui/dates.js';
import { titleOf } from './details.js';

/** @import { SavedPrediction } from 'openapi' */

/** @param {SavedPrediction} record */
export function headingOf(record) {
  return `${titleOf(record)}, ${dayOf(record.day)}`;
}

/**
 * The name that its downloads are named after.
 * @param {SavedPrediction} record
 */
export function fileOf({ subject, eye, day }) {
  const parts = [subject ?? 'photograph', eye === 'unknown' ? null : eye, day];
  return `${parts.filter(Boolean).join('-').replaceAll(/[^\p{L}\p{N}-]+/gu, '_')}.png`;
}
