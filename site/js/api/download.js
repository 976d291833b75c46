// Files of the API for the user to keep. Enters: a path that only its owner may read, and a name; leaves: a download.

import { askBlob } from './requests.js';
import { saveBlob } from '../files/save.js';

/**
 * @param {string} path
 * @param {string} name
 */
export async function download(path, name) {
  saveBlob(await askBlob(path), name);
}
