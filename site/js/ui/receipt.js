// Puts the API's receipt for a deletion into a sentence or two: what was deleted, and what remains for now.

/** @import { DeletionReceipt } from 'openapi' */

const KINDS = /** @type {const} */ ({
  predictions: ['saved photograph', 'saved photographs'],
  batches: ['batch', 'batches'],
  pictures: ['picture', 'pictures'],
  uploads: ['uploaded photograph', 'uploaded photographs'],
  answers: ['stored answer', 'stored answers'],
  exports: ['export', 'exports'],
  corrections: ['correction', 'corrections'],
  keys: ['API key', 'API keys'],
});

/** @param {DeletionReceipt} receipt */
export function receiptOf(receipt) {
  const kinds = /** @type {(keyof typeof KINDS)[]} */ (Object.keys(KINDS));
  const parts = kinds
    .filter((kind) => receipt[kind])
    .map((kind) => `${receipt[kind].toLocaleString('en')} ${KINDS[kind][receipt[kind] === 1 ? 0 : 1]}`);
  const remains = receipt.remains.filter(({ days }) => days).map(({ what }) => what);
  return [`Deleted: ${parts.join(', ') || 'nothing'}.`, ...remains].join(' ');
}
