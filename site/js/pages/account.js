// Entry point of the account page: credits and charges, API keys, sign-ins, the audit log, and deleting the account.

import { ask } from '../api/requests.js';
import { prices } from '../api/about.js';
import { askForCredits } from '../ui/contact.js';
import { createAudit } from '../account/audit-log.js';
import { BACKUPS, confirmed } from '../ui/confirm.js';
import { dayOf } from '../ui/dates.js';
import { download } from '../api/download.js';
import { element, finder } from '../ui/element.js';
import { createExport } from '../ui/export.js';
import { gate } from '../auth/gate.js';
import { logoutAddress } from '../auth/issuer.js';
import { createKeys } from '../account/keys.js';
import { createPurchases } from '../account/purchases.js';
import { receiptOf } from '../ui/receipt.js';
import { askToForget } from '../storage/forget.js';
import { leave } from '../auth/session.js';
import { createSignIns } from '../account/sign-ins.js';
import { createTrouble } from '../ui/trouble.js';

/** @import { DeletionReceipt, Usage } from 'openapi' */

/** So many credits or fewer are few. */
const FEW = 10;
const by = finder(document);
const { attempt, onClick } = createTrouble(by('trouble'));

gate((person, page) => {
  const keys = createKeys({ page, announce });
  const signIns = createSignIns({ page, person });
  by('mail').textContent = person.mail;
  onClick(by('usage-csv', HTMLButtonElement), () => download('/api/v1/usage.csv', 'usage.csv'));
  onClick(by('delete', HTMLButtonElement), () => end(person.mail));
  void attempt(async () => {
    const [usage, names] = await Promise.all([loadUsage(), keys.load(), signIns.load()]);
    showUsage(usage, names);
    await showHowToGetMore();
    const audit = createAudit({ page, names });
    onClick(by('audit-more', HTMLButtonElement), audit.more);
    createExport({ button: by('export', HTMLButtonElement), place: by('export-status'), body: () => ({ account: true }) });
    await audit.more();
    const credited = async () => showUsage(await loadUsage(), names);
    await createPurchases({ page, credited }).follow();
  });
});

/** @param {string} words */
function announce(words) {
  by('announcement').textContent = words;
}

/** @returns {Promise<Usage>} */
function loadUsage() {
  return ask('/api/v1/usage');
}

/**
 * @param {Usage} usage
 * @param {Map<string, string>} names of keys, by id
 */
function showUsage({ account, credits, reserved, charges, next }, names) {
  by('credits').textContent = credits.toLocaleString('en');
  by('reserved').hidden = reserved === 0;
  by('reserved').textContent = `${reserved.toLocaleString('en')} of them ${reserved === 1 ? 'is' : 'are'} reserved for photographs in open batches.`;
  by('credits-low').hidden = credits > FEW;
  by('credits-low').textContent = credits ? 'Few credits are left.' : 'There are no credits left.';
  by('account-id').textContent = account;
  by('older-charges').hidden = next === null;
  by('no-charges').hidden = charges.length > 0;
  by('charges-table').hidden = charges.length === 0;
  by('charges').replaceChildren(
    ...charges.map(({ day, key_id: key, credits: count }) =>
      element(
        'tr',
        {},
        element('td', {}, dayOf(day)),
        element('td', {}, key ? (names.get(key) ?? `key ${key} (revoked)`) : 'you, on the Batches page'),
        element('td', { class: 'number' }, count.toLocaleString('en')),
      ),
    ),
  );
}

async function showHowToGetMore() {
  const { payment, contact } = await prices();
  const buy = element('a', { class: 'button', href: '/prices.html' }, 'Buy credits');
  by('more-credits').hidden = false;
  by('more-credits').replaceChildren(...(payment ? [buy] : askForCredits(contact)));
}

/** @param {string} mail */
async function end(mail) {
  const sure = await confirmed({
    title: 'Delete the account for good?',
    words: `Everything you saved, every batch with its results, every export and every API key will be deleted at once. Credits that are left are lost, also bought ones. ${BACKUPS}`,
    yes: 'Delete everything',
    no: 'Keep the account',
    typed: mail,
  });
  if (!sure) return;
  /** @type {DeletionReceipt} */
  const receipt = await ask('/api/v1/account', { method: 'DELETE' });
  by('gone-words').textContent = `${receiptOf(receipt)} You are signed out.`;
  by('gone').hidden = false;
  by('gone').focus();
  by('gone-link', HTMLAnchorElement).href = await logoutAddress();
  await leave();
  await askToForget({ yes: 'Delete them', no: 'Keep them' });
  by('gone').focus();
}
