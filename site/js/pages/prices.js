// Entry point of the price page: what credits cost, or whom to ask for some.

import { prices } from '../api/about.js';
import { askForCredits } from '../ui/contact.js';
import { element, finder } from '../ui/element.js';
import { priceEach, priceOf } from '../ui/money.js';
import { createTrouble } from '../ui/trouble.js';

/** @import { Pack, PriceList } from 'openapi' */

const TAX = { none: '', inclusive: 'Prices include taxes.', exclusive: 'Taxes are added when you pay, where there are any.' };
const by = finder(document);
const { attempt } = createTrouble(by('packs-trouble'));

const COMMAND = ['curl -H "X-API-Key: rk_..."', '-F file=@photograph.jpg', `${location.origin}/api/v1/predictions`];
by('command').textContent = COMMAND.join(' \\\n');
void attempt(async () => show(await prices()));

/** @param {PriceList} list */
function show({ payment, contact, currency, tax, packs }) {
  by('packs').hidden = packs.length === 0;
  if (currency) by('packs').replaceChildren(...packs.map((pack) => card(pack, currency)));
  by('packs-tax').textContent = TAX[tax ?? 'none'];
  by('packs-tax').hidden = !by('packs-tax').textContent;
  by('packs-contact').hidden = payment;
  by('packs-contact').replaceChildren(...askForCredits(contact));
}

/**
 * @param {Pack} pack
 * @param {string} currency
 */
function card(pack, currency) {
  return element(
    'li',
    { class: 'panel' },
    element('h3', {}, `${pack.credits.toLocaleString('en')} credits`),
    element('p', { class: 'figure' }, element('strong', {}, priceOf(pack.amount, currency))),
    element('p', { class: 'note' }, `${priceEach(pack, currency)} for each photograph`),
  );
}
