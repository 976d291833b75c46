// Requests in the name of whoever is signed in. Enters: a path of the API and what to send; leaves: the answer's JSON or
// its bytes, or a Refusal. Renews the access token once where it is refused.

import { reach, reachBlob, refusal } from './reach.js';
import { accessToken } from '../auth/session.js';

/** @import { Answer } from './reach.js' */

/**
 * @typedef {object} Request
 * @property {string} [method]
 * @property {object} [json] the body; or else `form`
 * @property {FormData} [form]
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal]
 */

/**
 * The answer's JSON, null where there is none (204). It is what whoever asks says it is: a schema of the OpenAPI document.
 * @template Content
 * @param {string} path
 * @param {Request} request
 * @returns {Promise<Content>}
 */
export async function ask(path, { method = 'GET', json, form, headers, signal } = {}) {
  const typed = json === undefined ? headers : { ...headers, 'Content-Type': 'application/json' };
  const body = json === undefined ? form : JSON.stringify(json);
  const answer = await asPerson(reach, path, { method, body }, typed, signal);
  return /** @type {Content} */ (answer.content);
}

/**
 * The bytes at `path`, wherever it leads.
 * @param {string} path
 * @param {AbortSignal} [signal]
 */
export async function askBlob(path, signal) {
  const answer = await asPerson(reachBlob, path, {}, {}, signal);
  return /** @type {Blob} */ (answer.blob); // a good answer has one
}

/**
 * @template {Answer} Read
 * @param {(path: string, request: RequestInit, signal?: AbortSignal) => Promise<Read>} send
 * @param {string} path
 * @param {RequestInit} request
 * @param {Record<string, string>} [headers]
 * @param {AbortSignal} [signal]
 */
async function asPerson(send, path, request, headers, signal) {
  /** @param {string} token */
  const sendWith = (token) => send(path, { ...request, headers: { ...headers, Authorization: `Bearer ${token}` } }, signal);
  const token = await accessToken();
  let answer = await sendWith(token);
  if (answer.status === 401) answer = await sendWith(await accessToken(token));
  if (!answer.ok) throw refusal(answer);
  return answer;
}
