// Whoever issues the tokens: this service itself, or Cognito, at the same paths. Enters: forms of OAuth 2; leaves:
// addresses to send a person to, and tokens. Keeps no token.

import { Refusal, reach, refusal } from '../api/reach.js';

/** @import { SignIn, Tokens } from 'openapi' */

/** @typedef {Omit<Tokens, 'refresh_token'> & { refresh_token?: string }} Granted a renewal names no new refresh token */

const SCOPE = 'openid email';
const REVOKE_MS = 5_000; // who leaves does not want to wait
/** @type {Promise<SignIn> | null} */
let asked = null;

/** Asked once, and again after a refusal. */
function issuer() {
  asked ??= askIssuer().catch((/** @type {unknown} */ error) => {
    asked = null;
    throw error;
  });
  return asked;
}

async function askIssuer() {
  const answer = await reach('/api/v1/sign-in');
  const content = /** @type {SignIn | null} */ (answer.content);
  if (answer.ok && content?.url && content.client_id) return content;
  throw refusal(answer);
}

/** The root of this site: the one address that an issuer sends people back to. */
export function home() {
  return `${location.origin}/`;
}

/** Whether the service changes passwords; otherwise the sign-in page does. */
export async function changesPasswords() {
  const { changes_passwords: here } = await issuer();
  return here === true;
}

/**
 * Where a person signs in.
 * @param {string} state
 * @param {string} challenge
 */
export async function authorizeAddress(state, challenge) {
  const { url, client_id } = await issuer();
  const query = { client_id, redirect_uri: home(), response_type: 'code', scope: SCOPE, state };
  return `${url}/oauth2/authorize?${new URLSearchParams({ ...query, code_challenge: challenge, code_challenge_method: 'S256' })}`;
}

/** Where a person leaves the issuer's own session, too. */
export async function logoutAddress() {
  const { url, client_id } = await issuer();
  return `${url}/logout?${new URLSearchParams({ client_id, logout_uri: home() })}`;
}

/**
 * @param {string} code
 * @param {string} verifier
 */
export function tokensForCode(code, verifier) {
  return tokens({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: home() });
}

/** @param {string} refreshToken */
export function tokensForRefresh(refreshToken) {
  return tokens({ grant_type: 'refresh_token', refresh_token: refreshToken });
}

/** @param {string} refreshToken */
export async function revoke(refreshToken) {
  const { url, client_id } = await issuer();
  await reach(`${url}/oauth2/revoke`, form({ token: refreshToken, client_id }), undefined, REVOKE_MS);
}

/**
 * A Refusal of code `invalid_grant` where the code or the refresh token is good no more.
 * @param {Record<string, string>} fields
 */
async function tokens(fields) {
  const { url, client_id } = await issuer();
  const answer = await reach(`${url}/oauth2/token`, form({ ...fields, client_id }));
  const content = /** @type {(Granted & { error?: string }) | null} */ (answer.content);
  if (answer.ok && content?.access_token) return content;
  if (content?.error === 'invalid_grant') throw new Refusal('invalid_grant', 'This sign-in is no longer valid. Sign in again.');
  throw refusal(answer, 'Signing in did not work');
}

/**
 * Of a kind that needs no permission in advance (CORS preflight), for Cognito has another host.
 * @param {Record<string, string>} fields
 */
function form(fields) {
  return { method: 'POST', body: new URLSearchParams(fields) };
}
