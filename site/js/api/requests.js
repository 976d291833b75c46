// Requests in the name of whoever is signed in. Enters: a path of the API and what to send; leaves: the answer's JSON or
// its bytes, or a Refusal. Renews the access token once where it is refused.

import { reach, reachBlob, refusal } from './reach.js';
import { accessToken } from '../auth/session.js';

/** The answer's JSON, null where there is none (204). `json` or `form` is the body. */
export async function ask(path, { method = 'GET', json, form, headers, signal } = {}) {
  const request = { method, body: form, headers: { ...headers } };
  if (json !== undefined) {
    request.body = JSON.stringify(json);
    request.headers['Content-Type'] = 'application/json';
  }
  const answer = await asPerson(reach, path, request, signal);
  return answer.content;
}

/** The bytes at `path`, wherever it leads. */
export async function askBlob(path, signal) {
  const answer = await asPerson(reachBlob, path, {}, signal);
  return answer.blob;
}

async function asPerson(send, path, request, signal) {
  const sendWith = (token) => {
    const headers = { ...request.headers, Authorization: `Bearer ${token}` };
    return send(path, { ...request, headers }, signal);
  };
  const token = await accessToken();
  let answer = await sendWith(token);
  if (answer.status === 401) answer = await sendWith(await accessToken(token));
  if (!answer.ok) throw refusal(answer);
  return answer;
}
