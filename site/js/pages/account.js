// Entry point of the account page: credits and charges, API keys, sign-ins, the audit log, and deleting the account.

import { ask } from '../api/requests.js';
import { prices } from '../api/about.js';
import { askForCredits } from '../ui/contact.js';
import { createAudit } from '../account/audit-log.js';
import { BACKUPS, confirmed } from '../ui/confirm.js';
import { element, finder } from '../ui/element.js';
import { createExport } from '../ui/export.js';
import { announcer, gate } from '../auth/gate.js';
import { logoutAddress } from '../auth/issuer.js';
import { createKeys } from '../account/keys.js';
import { createPurchases } from '../account/purchases.js';
import { receiptOf } from '../ui/receipt.js';
import { askToForget, forget, SIGNED_OUT } from '../storage/forget.js';
import { leave } from '../auth/session.js';
import { createSignIns } from '../account/sign-ins.js';
import { createTrouble } from '../ui/trouble.js';
import { createUsage } from '../account/usage.js';
import { t } from '../ui/language.js';

/** @import { DeletionReceipt } from 'openapi' */

const by = finder(document);
const { attempt, onClick } = createTrouble(by('trouble'));

gate((person, page) => {
  const announce = announcer(page);
  const keys = createKeys({ page, announce });
  const usage = createUsage({ page });
  const signIns = createSignIns({ page, person });
  by('mail').textContent = person.mail;
  onClick(by('delete', HTMLButtonElement), () => end(person.mail));
  void attempt(async () => {
    const [names] = await Promise.all([keys.load(), signIns.load()]);
    await usage.load(names);
    await showHowToGetMore();
    const audit = createAudit({ page, names });
    onClick(by('audit-more', HTMLButtonElement), audit.more);
    createExport({ button: by('export', HTMLButtonElement), place: by('export-status'), body: () => ({ account: true }) });
    await audit.more();
    await createPurchases({ page, credited: () => usage.load(names) }).follow();
  });
});

async function showHowToGetMore() {
  const { payment, contact } = await prices();
  const buy = element('a', { class: 'button', href: '/prices.html' }, t('Buy credits'));
  by('more-credits').hidden = false;
  by('more-credits').replaceChildren(...(payment ? [buy] : askForCredits(contact)));
}

/** @param {string} mail */
async function end(mail) {
  const sure = await confirmed({
    title: t('Delete the account for good?'),
    words: [
      t('Everything you saved, every batch with its results, every export and every API key will be deleted at once. Credits that are left are lost, also bought ones.'),
      BACKUPS,
    ].join(' '),
    yes: t('Delete everything'),
    no: t('Keep the account'),
    typed: mail,
  });
  if (!sure) return;
  /** @type {DeletionReceipt} */
  const receipt = await ask('/api/v1/account', { method: 'DELETE' });
  by('gone-words').textContent = `${receiptOf(receipt)} ${t('You are signed out.')}`;
  by('gone').hidden = false;
  by('gone').focus();
  await leave(); // before anything that may fail
  if ((await askToForget(SIGNED_OUT)) === 'delete') await forget();
  by('gone').focus();
  by('gone-link', HTMLAnchorElement).href = await logoutAddress();
}
