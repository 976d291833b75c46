// Downloads the results of a batch as a CSV file with a row for every photograph.

import { askBlob } from '../api/requests.js';
import { csvBlob, saveBlob } from '../files/save.js';

/** @import { BatchResponse } from 'openapi' */

const ROWS = 2_000; // per request

/** @param {BatchResponse} batch */
export async function saveTable(batch) {
  saveBlob(await tableOf(batch), `batch-${batch.id.slice(0, 8)}.csv`);
}

/**
 * The CSV, fetched in parts because the service sends at most 4 MiB at once. Each part starts with a byte order mark,
 * which `text()` removes, and a header row.
 * @param {Pick<BatchResponse, 'id' | 'counts'>} batch
 */
export async function tableOf({ id, counts }) {
  const parts = [];
  for (let first = 0; first < counts.total; first += ROWS) {
    const part = await (await askBlob(`/api/v1/batches/${id}/results.csv?first=${first}&limit=${ROWS}`)).text();
    parts.push(first ? part.slice(part.indexOf('\n') + 1) : part);
  }
  return csvBlob(parts);
}
