// Fetches the items of a batch that have not been sent yet, page by page.

import { ask } from '../api/requests.js';

/** @import { BatchItem, BatchItems } from 'openapi' */

/** @param {string} id */
export async function waitingItems(id) {
  /** @type {BatchItem[]} */
  const found = [];
  /** @type {string | null} */
  let cursor = null;
  do {
    /** @type {URLSearchParams} */
    const query = new URLSearchParams({ limit: '1000', ...(cursor && { cursor }) });
    /** @type {BatchItems} */
    const { items, next } = await ask(`/api/v1/batches/${id}/items?${query}`);
    found.push(...items.filter(({ state }) => state === 'waiting'));
    cursor = next;
  } while (cursor);
  return found;
}
