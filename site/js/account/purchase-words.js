// What the account page says of a purchase.

import { creditsOf } from '../ui/money.js';
import { plural, t } from '../ui/language.js';

/** @import { PurchaseResponse } from 'openapi' */

/**
 * What became of a purchase, for somebody who has just paid.
 * @param {PurchaseResponse} purchase
 */
export function statusOf({ state, credits }) {
  if (state === 'credited') return plural(credits, 'Thank you. {n} credit was added.', 'Thank you. {n} credits were added.');
  if (state === 'created') return t('Your payment is not confirmed yet. The credits are added as soon as it is; that can take days.');
  return '';
}

/**
 * The state of a purchase in words.
 * @param {PurchaseResponse} purchase
 */
export function stateOf({ state, taken_back: taken, missing }) {
  if (state === 'created') return t('Not paid yet');
  if (state === 'not_paid') return t('Not paid');
  if (state === 'credited') return t('Paid');
  const values = { credits: creditsOf(taken) };
  const back = state === 'refunded' ? t('Refunded: {credits} taken back', values) : t('Disputed: {credits} taken back', values);
  return missing ? plural(missing, '{back}, {n} was spent', '{back}, {n} were spent', { back }) : back;
}
