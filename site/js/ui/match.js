// How well a vessel map is expected to match what a person would draw, in words first.

import { t } from './language.js';

/** @import { Quality } from 'openapi' */

// Second observers reach a Dice of .76 to .79 on STARE, CHASE_DB1 and DRIVE.
const GOOD = 0.76;
const FAIR = 0.7;

/** @typedef {'good' | 'fair' | 'poor' | 'unknown'} Match */

/**
 * @param {Pick<Quality, 'expected_dice'>} quality
 * @returns {Match}
 */
export function matchOf({ expected_dice: dice }) {
  if (dice === null) return 'unknown';
  if (dice >= GOOD) return 'good';
  return dice >= FAIR ? 'fair' : 'poor';
}

/** @type {Record<Match, string>} */
export const MATCH = {
  good: t('Good match expected'),
  fair: t('Fair match expected'),
  poor: t('Poor match expected'),
  unknown: t('Not known how well it matches'),
};
