// The browser's own database of photographs and results that are on the start page (IndexedDB). Nothing in it is ever
// sent anywhere. All functions reject with a Refusal whose sentence says what it means for the user.

import { Refusal } from '../api/reach.js';
import { t } from '../ui/language.js';

/** @import { StoredPhotograph } from './record.js' */

/** @typedef {{ id: string, touched: number }} StoredWorkspace `touched` in milliseconds since 1970 */
/** @typedef {'workspaces' | 'photographs' | 'files'} StoreName */
/** @typedef {Record<StoreName, IDBObjectStore>} Stores */

const NAME = 'retina';
const VERSION = 1;
const FULL = t('There is no room left in this browser, so some photographs on this page are lost when you reload or leave it.');
const NEWER = t('Another tab has a newer version of this page, so nothing is stored here. Reload this page.');
const UNAVAILABLE = t('This browser stores nothing for this page, as in some private windows: the photographs are lost when you reload or leave it.');

/** @type {Promise<IDBDatabase> | null} */
let opened = null;

/**
 * Runs `act` in one transaction and resolves to the result of the request it returns, once everything is written.
 * @template Found
 * @param {IDBTransactionMode} mode
 * @param {StoreName[]} names
 * @param {(stores: Stores) => IDBRequest<Found>} act
 * @returns {Promise<Found>}
 */
export async function transact(mode, names, act) {
  const database = await open();
  return new Promise((resolve, reject) => {
    try {
      const transaction = database.transaction(names, mode);
      const stores = /** @type {Stores} */ (Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)])));
      const request = act(stores);
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(asRefusal(transaction.error));
    } catch (error) {
      reject(asRefusal(error)); // the database was closed, or a file cannot be stored
    }
  });
}

/**
 * @param {string} workspace
 * @returns {Promise<StoredPhotograph[]>}
 */
export async function photographsOf(workspace) {
  const found = await transact('readonly', ['photographs'], (stores) => {
    return /** @type {IDBRequest<unknown>} */ (stores.photographs.index('workspace').getAll(workspace));
  });
  return /** @type {StoredPhotograph[]} */ (found);
}

function open() {
  opened ??= openNow().catch((/** @type {unknown} */ error) => {
    opened = null;
    throw asRefusal(error);
  });
  return opened;
}

/** @returns {Promise<IDBDatabase>} */
function openNow() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion > 0) return; // there is one form so far
      const database = request.result;
      database.createObjectStore('workspaces', { keyPath: 'id' });
      database.createObjectStore('photographs', { keyPath: 'id' }).createIndex('workspace', 'workspace');
      database.createObjectStore('files');
    };
    request.onerror = () => reject(request.error ?? new Error('IndexedDB did not open.'));
    request.onsuccess = () => {
      const database = request.result;
      // Another tab has a newer version of this page, or the user has cleared the site's data.
      for (const end of ['versionchange', 'close']) {
        database.addEventListener(end, () => {
          database.close();
          opened = null;
        });
      }
      resolve(database);
    };
  });
}

/** @param {unknown} error */
export function asRefusal(error) {
  if (error instanceof Refusal) return error;
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'VersionError') return new Refusal('page_outdated', NEWER);
  const full = name === 'QuotaExceededError';
  return new Refusal(full ? 'browser_full' : 'browser_stores_nothing', full ? FULL : UNAVAILABLE);
}
