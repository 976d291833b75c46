// What a deletion leaves its caller with, in words. Enters: the API's receipt; leaves: a sentence or two.

const KINDS = {
  predictions: ['saved photograph', 'saved photographs'],
  batches: ['batch', 'batches'],
  pictures: ['picture', 'pictures'],
  uploads: ['uploaded photograph', 'uploaded photographs'],
  answers: ['stored answer', 'stored answers'],
  exports: ['export', 'exports'],
  keys: ['API key', 'API keys'],
};

export function receiptOf(receipt) {
  const parts = Object.entries(KINDS)
    .filter(([kind]) => receipt[kind])
    .map(([kind, [one, many]]) => `${receipt[kind].toLocaleString('en')} ${receipt[kind] === 1 ? one : many}`);
  const remains = receipt.remains.filter(({ days }) => days).map(({ what }) => what);
  return [`Deleted: ${parts.join(', ') || 'nothing'}.`, ...remains].join(' ');
}
