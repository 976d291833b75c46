// The audit log on the account page: who did what with the account's records, newest first, 20 entries at a time.

import { ask } from '../api/requests.js';
import { timeOf } from '../ui/dates.js';
import { element, finder } from '../ui/element.js';

/** @import { AuditEntry, AuditPage } from 'openapi' */

/** @type {Record<string, string>} */
const WORDS = {
  'account.deleted': 'Account deleted',
  'account.exported': 'Account exported',
  'audit.read': 'Audit log viewed',
  'batch.cancelled': 'Batch cancelled',
  'batch.deleted': 'Batch deleted',
  'batch.exported': 'Batch exported',
  'batch.made': 'Batch created',
  'batch.retried': 'Batch retried',
  'batch.seen': 'Batch opened',
  'batches.listed': 'Batches listed',
  'export.deleted': 'Export deleted',
  'export.downloaded': 'Export downloaded',
  'history.exported': 'History exported',
  'key.changed': 'API key changed',
  'key.made': 'API key created',
  'key.revoked': 'API key revoked',
  'password.changed': 'Password changed',
  'password.link_made': 'Password reset link created',
  'password.reset': 'Password reset',
  'picture.opened': 'Picture opened',
  'prediction.changed': 'Labels changed',
  'prediction.deleted': 'Photograph deleted',
  'prediction.corrected': 'Vessels corrected',
  'correction.deleted': 'Correction deleted',
  'prediction.recomputed': 'Photograph recomputed',
  'prediction.saved': 'Photograph saved',
  'prediction.seen': 'Photograph opened',
  'predictions.listed': 'History listed',
  'sessions.ended': 'Signed out everywhere',
  'sign_in.failed': 'Sign-in failed',
  'sign_in.succeeded': 'Signed in',
  'trends.seen': 'Trends viewed',
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
      element('td', { class: 'record' }, element('code', { title: record }, record.slice(0, 8))),
      element('td', { class: 'by' }, whoOf(action, caller)),
      element('td', { class: 'from' }, element('code', {}, address)),
    );
  }

  /**
   * @param {string} action
   * @param {string} caller
   */
  function whoOf(action, caller) {
    if (caller === 'operator') return 'the operator of this service';
    if (caller) return names.get(caller) ?? `key ${caller}`;
    return action === 'sign_in.failed' ? 'somebody' : 'you'; // anyone may have typed a wrong password
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
