// The audit log on the account page: who did what with the account's records, newest first, 20 entries at a time.

import { ask } from '../api/requests.js';
import { timeOf } from '../ui/dates.js';
import { element, finder } from '../ui/element.js';
import { t } from '../ui/language.js';

/** @import { AuditEntry, AuditPage } from 'openapi' */

/** @type {Record<string, string>} */
const WORDS = {
  'account.deleted': t('Account deleted'),
  'account.exported': t('Account exported'),
  'audit.read': t('Audit log viewed'),
  'batch.cancelled': t('Batch cancelled'),
  'batch.deleted': t('Batch deleted'),
  'batch.exported': t('Batch exported'),
  'batch.made': t('Batch created'),
  'batch.retried': t('Batch retried'),
  'batch.seen': t('Batch opened'),
  'batches.listed': t('Batches listed'),
  'export.deleted': t('Export deleted'),
  'export.downloaded': t('Export downloaded'),
  'history.exported': t('History exported'),
  'key.changed': t('API key changed'),
  'key.made': t('API key created'),
  'key.revoked': t('API key revoked'),
  'password.changed': t('Password changed'),
  'password.link_made': t('Password reset link created'),
  'password.reset': t('Password reset'),
  'picture.opened': t('Picture opened'),
  'prediction.changed': t('Labels changed'),
  'prediction.deleted': t('Photograph deleted'),
  'prediction.corrected': t('Vessels corrected'),
  'correction.deleted': t('Correction deleted'),
  'prediction.recomputed': t('Photograph recomputed'),
  'prediction.saved': t('Photograph saved'),
  'prediction.seen': t('Photograph opened'),
  'predictions.listed': t('History listed'),
  'sessions.ended': t('Signed out everywhere'),
  'sign_in.failed': t('Sign-in failed'),
  'sign_in.succeeded': t('Signed in'),
  'trends.seen': t('Trends viewed'),
};

/**
 * `names` maps key ids to the names of keys.
 * @param {{ page: ParentNode, names: Map<string, string> }} parts
 */
export function createAudit({ page, names }) {
  const by = finder(page);
  /** @type {string | null} */
  let next = null;

  /** @param {AuditEntry} entry */
  function row({ time, action, record, caller, address }) {
    return element(
      'tr',
      {},
      element('td', { class: 'time' }, timeOf(time)),
      element('td', { class: 'what' }, WORDS[action] ?? action),
      element('td', { class: 'record', 'data-before': t('record') }, element('code', { title: record }, record.slice(0, 8))),
      element('td', { class: 'by', 'data-before': t('by') }, whoOf(action, caller)),
      element('td', { class: 'from', 'data-before': t('from') }, element('code', {}, address)),
    );
  }

  /**
   * @param {string} action
   * @param {string} caller
   */
  function whoOf(action, caller) {
    if (caller === 'operator') return t('the operator of this service');
    if (caller) return names.get(caller) ?? t('key {id}', { id: caller });
    return action === 'sign_in.failed' ? t('somebody') : t('you'); // anyone may have typed a wrong password
  }

  /** Adds the next entries to the table. */
  async function more() {
    /** @type {AuditPage} */
    const { entries, next: following } = await ask(`/api/v1/audit?limit=20${next ? `&cursor=${encodeURIComponent(next)}` : ''}`);
    by('audit').append(...entries.map(row));
    next = following;
    by('audit-more').hidden = !next;
  }

  return { more };
}
