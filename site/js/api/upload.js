// Uploads a photograph that is too large for one request, with the form that POST /api/v1/uploads provides. Returns
// the upload's id, to be sent as the `upload_id` of a prediction, or throws a Refusal.

import { reach, refusal } from './reach.js';
import { reachSending } from './sending.js';
import { t } from '../ui/language.js';

/** @import { UploadResponse, UploadCreate } from 'openapi' */

const ADDRESS = '/api/v1/uploads';
const TROUBLE = t('The photograph could not be uploaded');

/**
 * @param {Blob} bytes
 * @param {string} name
 * @param {AbortSignal} signal
 * @param {(bytes: number, of: number) => void} [progress]
 */
export async function upload(bytes, name, signal, progress) {
  /** @type {UploadCreate} */
  const request = { content_type: bytes.type || 'application/octet-stream' };
  const headers = { 'Content-Type': 'application/json' };
  const granted = await reach(ADDRESS, { method: 'POST', headers, body: JSON.stringify(request) }, signal);
  const content = /** @type {Partial<UploadResponse> | null} */ (granted.content);
  if (!granted.ok || !content?.upload_id || !content.url) throw refusal(granted, TROUBLE);
  const form = new FormData();
  for (const [field, value] of Object.entries(content.fields ?? {})) form.append(field, value);
  form.append('file', bytes, name);
  const { url } = content;
  const sent = await (progress ? reachSending(url, form, signal, progress) : reach(url, { method: 'POST', body: form }, signal));
  if (!sent.ok) throw refusal(sent, TROUBLE);
  return content.upload_id;
}
