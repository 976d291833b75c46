// A fake of the service in place of `fetch`. Tests say what it answers and see what it was asked; it answers requests
// for its limits by itself.

import './browser.js';

/**
 * @typedef {object} Call
 * @property {string} method
 * @property {string} path
 * @property {Headers} headers
 * @property {unknown} body
 */
/** @typedef {(call: Call) => Response | Promise<Response>} Answering */

/** @type {import('openapi').Limits} */
export const LIMITS = {
  inline_bytes: 4 * 2 ** 20, upload_bytes: 50 * 2 ** 20, max_pixels: 64_000_000, min_side: 64,
  formats: ['JPEG', 'PNG', 'GIF'], batch_items: 10_000, name_characters: 255,
};

/**
 * Has `answering` answer every request from now on. Returns the array of calls, which grows as they come in.
 * @param {Answering} answering
 */
export function serve(answering) {
  /** @type {Call[]} */
  const calls = [];
  /** @type {(address: string, request?: RequestInit) => Promise<Response>} */
  const fetch = async (address, { method = 'GET', headers, body, signal } = {}) => {
    signal?.throwIfAborted();
    if (address === '/api/v1/limits') return json(LIMITS);
    const call = { method, path: address, headers: new Headers(headers), body };
    calls.push(call);
    return answering(call);
  };
  Object.assign(globalThis, { fetch });
  return calls;
}

/**
 * @param {unknown} content
 * @param {number} [status]
 * @param {Record<string, string>} [headers]
 */
export function json(content, status = 200, headers = {}) {
  return Response.json(content, { status, headers });
}

/**
 * @param {string} code
 * @param {number} status
 * @param {Record<string, string>} [headers]
 */
export function problem(code, status, headers = {}) {
  return json({ code, detail: `A sentence about ${code}.` }, status, headers);
}

/** Signs someone in, with an access token called `first`. */
export async function signIn(/** @type {string} */ sub = 'anna') {
  const { enter } = await import('../../../site/js/auth/session.js');
  const claims = Buffer.from(JSON.stringify({ email: `${sub}@retina.test`, sub })).toString('base64url');
  enter({ access_token: 'first', refresh_token: 'r1', id_token: `h.${claims}.s`, token_type: 'Bearer', expires_in: 3600 });
}

/** Answers requests to the issuer with its address and a token called `second`; `otherwise` answers the others. */
export function issuing(/** @type {Answering} */ otherwise) {
  return (/** @type {Call} */ call) => {
    if (call.path === '/api/v1/sign-in') return json({ issuer: 'urn:x', client_id: 'page', url: 'https://issuer.test', changes_passwords: true });
    if (call.path === 'https://issuer.test/oauth2/token') return slowly(json({ access_token: 'second', expires_in: 3600 }));
    return otherwise(call);
  };
}

/** @param {Response} answer */
async function slowly(answer) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  return answer;
}

/** Gives everything that waits for no timer time to run. */
export async function settled() {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
}
