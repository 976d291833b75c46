// Purchases of credits: buying, and the list on the account page. Paying itself happens on a page of Stripe.

import { ask } from '../api/requests.js';
import { Refusal } from '../api/reach.js';
import { dayOf } from '../ui/dates.js';
import { element, finder } from '../ui/element.js';
import { creditsOf, priceOf } from '../ui/money.js';
import { stateOf, statusOf } from './purchase-words.js';
import { locale, t } from '../ui/language.js';

/** @import { PurchaseCreate, PurchaseCreateResponse, PurchaseList, PurchaseResponse } from 'openapi' */

const ADDRESS = '/api/v1/purchases';
const TRIES = 20;
const PAUSE_MS = 3000;

/**
 * Begins a purchase and goes to the page where it is paid. Asking for the usage opens the account of a new person, which
 * the function that sells does not do.
 * @param {number} credits
 */
export async function buy(credits) {
  /** @type {PurchaseCreate} */
  const json = { credits };
  await ask('/api/v1/usage');
  /** @type {PurchaseCreateResponse} */
  const { url } = await ask(ADDRESS, { method: 'POST', json });
  if (!isWeb(url)) throw new Refusal('unintelligible', t('The server did not say where to pay. Try again later.'));
  location.assign(url);
}

/**
 * Lists the purchases. After a return from paying, waits until the credits are there, and calls `credited` then.
 * @param {{ page: ParentNode, credited: () => Promise<void> }} parts
 */
export function createPurchases({ page, credited }) {
  const by = finder(page);
  const paid = new URLSearchParams(location.search).get('paid');

  async function load() {
    /** @type {PurchaseList} */
    const { purchases } = await ask(`${ADDRESS}?limit=100`);
    by('purchases-panel').hidden = purchases.length === 0;
    by('purchases').replaceChildren(...purchases.map(row));
    return purchases.find(({ id }) => id === paid);
  }

  async function follow() {
    let bought = await load();
    if (paid) history.replaceState(null, '', location.pathname);
    for (let tried = 0; bought?.state === 'created' && tried < TRIES; tried += 1) {
      by('purchase-status').textContent = t('Waiting for the confirmation of your payment…');
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      bought = await load();
    }
    if (bought) by('purchase-status').textContent = statusOf(bought);
    if (bought?.state === 'credited') await credited();
  }

  return { follow };
}

/** @param {PurchaseResponse} purchase */
function row(purchase) {
  const { created, credits, amount, total, currency, receipt } = purchase;
  const label = t('receipt of {day}, {credits}', { day: dayOf(created), credits: creditsOf(credits) });
  const link = receipt && isWeb(receipt) ? [', ', element('a', { href: receipt, rel: 'noreferrer', 'aria-label': label }, t('receipt'))] : [];
  return element(
    'tr',
    {},
    element('td', {}, dayOf(created)),
    element('td', { class: 'number' }, credits.toLocaleString(locale)),
    element('td', { class: 'number' }, priceOf(total ?? amount, currency)),
    element('td', {}, stateOf(purchase), ...link),
  );
}

/** @param {string} url */
function isWeb(url) {
  return /^https?:\/\//.test(url);
}
