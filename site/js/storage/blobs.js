// Files and pictures as this browser has stored them. They stay on the disk until they are read.

import { transact } from './database.js';

/** @import { Stores } from './database.js' */
/** @import { StoredPhotograph, StoredResult } from './record.js' */

/**
 * @param {string} id
 * @returns {Promise<StoredResult['pictures'] | null>}
 */
export async function picturesOf(id) {
  const request = (/** @type {Stores} */ { photographs }) => /** @type {IDBRequest<unknown>} */ (photographs.get(id));
  const record = /** @type {StoredPhotograph | undefined} */ (await transact('readonly', ['photographs'], request));
  return record?.result?.pictures ?? null;
}

/**
 * @param {string} id
 * @returns {Promise<File | null>}
 */
export async function fileOf(id) {
  const file = await transact('readonly', ['files'], ({ files }) => /** @type {IDBRequest<unknown>} */ (files.get(id)));
  return file instanceof File ? file : null;
}

/**
 * @param {string} name
 * @param {File} file that this browser has stored
 */
export function sourceOf(name, file) {
  return { name, open: () => Promise.resolve(file), stable: true };
}
