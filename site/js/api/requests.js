// API requests on behalf of the signed-in user. They return the answer's JSON or bytes, or throw a Refusal. If the
// access token is rejected, it is renewed and the request is sent once more.

import { reach, reachBlob, refusal } from './reach.js';
import { accessToken } from '../auth/session.js';

/** @import { Answer } from './reach.js' */

/**
 * @typedef {object} Request
 * @property {string} [method]
 * @property {object} [json] the body; alternatively `form`
 * @property {FormData} [form]
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal]
 */

/**
 * The answer's JSON, or null if there is none (204). The caller says which schema of the OpenAPI document it has.
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
 * The bytes at `path`, after any redirects.
 * @param {string} path
 * @param {AbortSignal} [signal]
 */
export async function askBlob(path, signal) {
  const answer = await asPerson(reachBlob, path, {}, {}, signal);
  return /** @type {Blob} */ (answer.blob); // a successful answer has one
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
