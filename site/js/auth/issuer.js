// The token issuer's OAuth 2 endpoints: the addresses for signing in and out, and requests for tokens. The issuer is
// this service itself or Cognito; both use the same paths. Tokens are stored in session.js.

import { Refusal, reach, refusal } from '../api/reach.js';
import { t } from '../ui/language.js';

/** @import { SignIn, Tokens } from 'openapi' */

/** @typedef {Omit<Tokens, 'refresh_token'> & { refresh_token?: string }} Granted renewals may omit the refresh token */

const SCOPE = 'openid email';
const REVOKE_MS = 5_000; // nobody wants to wait to sign out
/** @type {Promise<SignIn> | null} */
let asked = null;

/** The issuer's address and client id, fetched once. If that fails, the next call tries again. */
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

/** The root of this site: the only address that the issuer redirects to. */
export function home() {
  return `${location.origin}/`;
}

/** Whether passwords are changed through this service; otherwise it is done on the sign-in page. */
export async function changesPasswords() {
  const { changes_passwords: here } = await issuer();
  return here === true;
}

/**
 * The address of the sign-in page.
 * @param {string} state
 * @param {string} challenge
 */
export async function authorizeAddress(state, challenge) {
  const { url, client_id } = await issuer();
  const query = { client_id, redirect_uri: home(), response_type: 'code', scope: SCOPE, state };
  return `${url}/oauth2/authorize?${new URLSearchParams({ ...query, code_challenge: challenge, code_challenge_method: 'S256' })}`;
}

/** The address that ends the issuer's own session as well. */
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
 * Throws a Refusal with code `invalid_grant` if the authorization code or refresh token is no longer valid.
 * @param {Record<string, string>} fields
 */
async function tokens(fields) {
  const { url, client_id } = await issuer();
  const answer = await reach(`${url}/oauth2/token`, form({ ...fields, client_id }));
  const content = /** @type {(Granted & { error?: string }) | null} */ (answer.content);
  if (answer.ok && content?.access_token) return content;
  if (content?.error === 'invalid_grant') throw new Refusal('invalid_grant', t('This sign-in is no longer valid. Sign in again.'));
  throw refusal(answer, t('Signing in did not work'));
}

/**
 * A request that needs no CORS preflight, because Cognito is on another host.
 * @param {Record<string, string>} fields
 */
function form(fields) {
  return { method: 'POST', body: new URLSearchParams(fields) };
}
