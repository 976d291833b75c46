// Asks the service for a picture of a photograph that the browser cannot show.

import { Refusal, reachBlob } from './reach.js';

const ADDRESS = '/api/v1/previews';

/**
 * A JPEG, or null if there is none in time: nobody waits for it, and why there is none is what the prediction says.
 * @param {{ bytes: Blob, name: string } | string} photograph itself, or the id of its upload
 * @param {AbortSignal} signal
 */
export async function previewOf(photograph, signal) {
  const form = new FormData();
  if (typeof photograph === 'string') form.append('upload_id', photograph);
  else form.append('file', photograph.bytes, photograph.name);
  try {
    return (await reachBlob(ADDRESS, { method: 'POST', body: form }, signal)).blob;
  } catch (error) {
    if (signal.aborted || error instanceof Refusal) return null;
    throw error;
  }
}
