// Downloads the results of a batch as a CSV file: wide, with a row for every photograph, or long, with a row for every
// measurement of each.

import { askBlob } from '../api/requests.js';
import { csvBlob, saveBlob } from '../files/save.js';

/** @import { BatchResponse } from 'openapi' */

/** @typedef {'wide' | 'long'} Form */

const PHOTOGRAPHS = { wide: 2_000, long: 100 }; // per request

/**
 * @param {BatchResponse} batch
 * @param {Form} form
 */
export async function saveTable(batch, form) {
  saveBlob(await tableOf(batch, form), `batch-${batch.id.slice(0, 8)}${form === 'long' ? '-measurements' : ''}.csv`);
}

/**
 * The CSV, fetched in parts because the service sends at most 4 MiB at once. Each part starts with a byte order mark,
 * which `text()` removes, and a header row.
 * @param {Pick<BatchResponse, 'id' | 'counts'>} batch
 * @param {Form} form
 */
export async function tableOf({ id, counts }, form) {
  const parts = [];
  for (let first = 0; first < counts.total; first += PHOTOGRAPHS[form]) {
    const query = new URLSearchParams({ first: String(first), limit: String(PHOTOGRAPHS[form]), form });
    const part = await (await askBlob(`/api/v1/batches/${id}/results.csv?${query}`)).text();
    parts.push(first ? part.slice(part.indexOf('\n') + 1) : part);
  }
  return csvBlob(parts);
}
