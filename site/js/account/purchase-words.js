// What the account page says of a purchase.

import { creditsOf } from '../ui/money.js';

/** @import { PurchaseResponse } from 'openapi' */

/**
 * What became of a purchase, for somebody who has just paid.
 * @param {PurchaseResponse} purchase
 */
export function statusOf({ state, credits }) {
  if (state === 'credited') return `Thank you. ${creditsOf(credits)} ${credits === 1 ? 'was' : 'were'} added.`;
  if (state === 'created') return 'Your payment is not confirmed yet. The credits are added as soon as it is; that can take days.';
  return '';
}

/**
 * The state of a purchase in words.
 * @param {PurchaseResponse} purchase
 */
export function stateOf({ state, taken_back: taken, missing }) {
  if (state === 'created') return 'Not paid yet';
  if (state === 'not_paid') return 'Not paid';
  if (state === 'credited') return 'Paid';
  const back = `${creditsOf(taken)} taken back`;
  const spent = missing ? `, ${missing.toLocaleString('en')} ${missing === 1 ? 'was' : 'were'} spent` : '';
  return `${state === 'refunded' ? 'Refunded' : 'Disputed'}: ${back}${spent}`;
}
