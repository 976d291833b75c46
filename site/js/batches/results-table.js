// The table of a batch as a file. Enters: the batch; leaves: a download with a row for every photograph.

import { askBlob } from '../api/requests.js';
import { saveBlob } from '../files/save.js';

/** @import { BatchResponse } from 'openapi' */

const ROWS = 2_000; // in one answer

/** @param {BatchResponse} batch */
export async function saveTable(batch) {
  saveBlob(await tableOf(batch), `batch-${batch.id.slice(0, 8)}.csv`);
}

/**
 * Asked for in parts: no answer of the service is larger than 4 MiB. Each part begins with the names of the columns.
 * @param {Pick<BatchResponse, 'id' | 'counts'>} batch
 */
export async function tableOf({ id, counts }) {
  const parts = [];
  for (let first = 0; first < counts.total; first += ROWS) {
    const part = await (await askBlob(`/api/v1/batches/${id}/results.csv?first=${first}&limit=${ROWS}`)).text();
    parts.push(first ? part.slice(part.indexOf('\n') + 1) : part);
  }
  return new Blob(parts, { type: 'text/csv' });
}
