// A photograph too large for one request, by way of POST /api/v1/uploads. Enters: its bytes; leaves: the id to ask for
// a prediction with, or a Refusal. The form that the API gives is sent where it says, as it is.

import { reach, refusal } from './reach.js';

/** @import { UploadResponse, UploadCreate } from 'openapi' */

const ADDRESS = '/api/v1/uploads';
const TROUBLE = 'The photograph could not be uploaded';

/**
 * @param {Blob} bytes
 * @param {string} name
 * @param {AbortSignal} signal
 */
export async function upload(bytes, name, signal) {
  /** @type {UploadCreate} */
  const wish = { content_type: bytes.type || 'application/octet-stream' };
  const headers = { 'Content-Type': 'application/json' };
  const granted = await reach(ADDRESS, { method: 'POST', headers, body: JSON.stringify(wish) }, signal);
  const content = /** @type {Partial<UploadResponse> | null} */ (granted.content);
  if (!granted.ok || !content?.upload_id || !content.url) throw refusal(granted, TROUBLE);
  const form = new FormData();
  for (const [field, value] of Object.entries(content.fields ?? {})) form.append(field, value);
  form.append('file', bytes, name);
  const sent = await reach(content.url, { method: 'POST', body: form }, signal);
  if (!sent.ok) throw refusal(sent, TROUBLE);
  return content.upload_id;
}
