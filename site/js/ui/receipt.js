// Puts the API's receipt for a deletion into a sentence or two: what was deleted, and what remains for now.

import { ofService, plural, t } from './language.js';

/** @import { DeletionReceipt } from 'openapi' */

/** @satisfies {Partial<Record<keyof DeletionReceipt, (n: number) => string>>} */
const KINDS = {
  predictions: (n) => plural(n, '{n} saved photograph', '{n} saved photographs'),
  batches: (n) => plural(n, '{n} batch', '{n} batches'),
  pictures: (n) => plural(n, '{n} picture', '{n} pictures'),
  uploads: (n) => plural(n, '{n} uploaded photograph', '{n} uploaded photographs'),
  answers: (n) => plural(n, '{n} stored answer', '{n} stored answers'),
  exports: (n) => plural(n, '{n} export', '{n} exports'),
  corrections: (n) => plural(n, '{n} correction', '{n} corrections'),
  keys: (n) => plural(n, '{n} API key', '{n} API keys'),
};

/** @param {DeletionReceipt} receipt */
export function receiptOf(receipt) {
  const kinds = /** @type {(keyof typeof KINDS)[]} */ (Object.keys(KINDS));
  const parts = kinds
    .filter((kind) => receipt[kind])
    .map((kind) => KINDS[kind](receipt[kind]));
  const remains = receipt.remains.filter(({ days }) => days).map(({ what }) => ofService(what));
  const deleted = parts.length ? t('Deleted: {things}.', { things: parts.join(', ') }) : t('Deleted: nothing.');
  return [deleted, ...remains].join(' ');
}
