// Downloads a file that only its owner may read, so a plain link would not do: the request needs an access token.

import { askBlob } from './requests.js';
import { saveBlob } from '../files/save.js';

/**
 * @param {string} path
 * @param {string} name
 */
export async function download(path, name) {
  saveBlob(await askBlob(path), name);
}
