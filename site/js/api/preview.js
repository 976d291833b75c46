// Asks the service for a picture of a photograph that the browser cannot show.

import { uploadedIfLarge } from './prediction.js';
import { Refusal, reachBlob } from './reach.js';

const ADDRESS = '/api/v1/previews';

/**
 * A JPEG, or null if there is none: the photograph is then drawn by the service, and what is wrong with it the prediction says.
 * @param {{ bytes: Blob, name: string } | string} photograph itself, or the id of its upload
 * @param {AbortSignal} signal
 */
export async function previewOf(photograph, signal) {
  try {
    return (await reachBlob(ADDRESS, { method: 'POST', body: await formOf(photograph, signal) }, signal)).blob;
  } catch (error) {
    if (signal.aborted || error instanceof Refusal) return null;
    throw error;
  }
}

/**
 * @param {{ bytes: Blob, name: string } | string} photograph
 * @param {AbortSignal} signal
 */
async function formOf(photograph, signal) {
  const upload = typeof photograph === 'string' ? photograph : await uploadedIfLarge(photograph.bytes, photograph.name, { signal });
  const form = new FormData();
  if (upload !== null) form.append('upload_id', upload);
  else if (typeof photograph !== 'string') form.append('file', photograph.bytes, photograph.name);
  return form;
}
