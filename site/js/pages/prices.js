// Entry point of the price page: what credits cost and, where they are sold, buying them; otherwise whom to ask.

import { prices } from '../api/about.js';
import { askForCredits } from '../ui/contact.js';
import { buy } from '../account/purchases.js';
import { element, finder } from '../ui/element.js';
import { creditsOf, priceEach, priceOf } from '../ui/money.js';
import { createTrouble } from '../ui/trouble.js';
import { signIn } from '../auth/sign-in.js';
import { whenPersonChanges } from '../auth/session.js';
import { t } from '../ui/language.js';

/** @import { Pack, PriceList } from 'openapi' */

const TAX = { none: '', inclusive: t('Prices include taxes.'), exclusive: t('Taxes are added when you pay, where there are any.') };
const by = finder(document);
const { attempt, onClick } = createTrouble(by('packs-trouble'));
let signedIn = false;

const COMMAND = ['curl -H "X-API-Key: rk_..."', '-F file=@photograph.jpg', `${location.origin}/api/v1/predictions`];
by('command').textContent = COMMAND.join(' \\\n');
whenPersonChanges((person) => {
  signedIn = Boolean(person);
});
void attempt(async () => show(await prices()));

/** @param {PriceList} list */
function show({ payment, contact, currency, tax, packs }) {
  by('packs').hidden = packs.length === 0;
  if (currency) by('packs').replaceChildren(...packs.map((pack) => card(pack, currency, payment)));
  by('packs-tax').textContent = TAX[tax ?? 'none'];
  by('packs-tax').hidden = !by('packs-tax').textContent;
  by('packs-contact').hidden = payment;
  by('packs-contact').replaceChildren(...askForCredits(contact));
}

/**
 * @param {Pack} pack
 * @param {string} currency
 * @param {boolean} sold whether it can be bought here
 */
function card(pack, currency, sold) {
  const words = creditsOf(pack.credits);
  const button = element('button', { type: 'button', class: 'primary', 'aria-label': t('Buy {credits}', { credits: words }) }, t('Buy'));
  onClick(button, () => (signedIn ? buy(pack.credits) : signIn()));
  return element(
    'li',
    { class: 'panel' },
    element('h3', {}, words),
    element('p', { class: 'figure' }, element('strong', {}, priceOf(pack.amount, currency))),
    element('p', { class: 'note' }, t('{price} for each photograph', { price: priceEach(pack, currency) })),
    ...(sold ? [button] : []),
  );
}
