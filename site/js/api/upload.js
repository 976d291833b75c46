// A photograph too large for one request, by way of POST /api/v1/uploads. Enters: its bytes; leaves: the id to ask for
// a prediction with, or a Refusal. The form that the API gives is sent where it says, as it is.

import { reach, refusal } from './reach.js';

const ADDRESS = '/api/v1/uploads';
const TROUBLE = 'The photograph could not be uploaded';

export async function upload(bytes, name, signal) {
  const wish = JSON.stringify({ content_type: bytes.type || 'application/octet-stream' });
  const granted = await reach(ADDRESS, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: wish }, signal);
  if (!granted.ok || !granted.content?.upload_id) throw refusal(granted, TROUBLE);
  const form = new FormData();
  for (const [field, value] of Object.entries(granted.content.fields)) form.append(field, value);
  form.append('file', bytes, name);
  const sent = await reach(granted.content.url, { method: 'POST', body: form }, signal);
  if (!sent.ok) throw refusal(sent, TROUBLE);
  return granted.content.upload_id;
}
