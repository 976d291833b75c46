// Who is signed in. Enters: tokens; leaves: a person `{mail}` or null, told again at every change, and an access token
// that is good. Does not know how people sign in.
//
// Tokens are in sessionStorage, which ends with the browser's last tab: reading rooms share computers, and what is saved
// here belongs to patients. A tab does not see another's sessionStorage, so tabs of this page hand the tokens to each
// other and leave together. A refresh token is good once: one tab at a time renews, after it has asked the others for
// newer tokens than its own, for who comes with a used one is signed out everywhere.

import { revoke, tokensForRefresh } from './issuer.js';
import { Refusal, codeOf, parsed } from '../api/reach.js';

/** @import { Granted } from './issuer.js' */

/**
 * @typedef {{ mail: string }} Person
 * @typedef {{ access: string, refresh: string, mail: string, ends: number }} Held `ends` is in milliseconds since 1970
 * @typedef {{ asks?: boolean, held?: Held | null, left?: boolean }} Message between tabs
 */

const KEPT = 'retina.session';
const EARLY_MS = 60_000;
const OTHERS_MS = 100; // for other tabs to answer
const tabs = new BroadcastChannel(KEPT);
/** @type {Set<(person: Person | null) => void>} */
const listeners = new Set();
let held = /** @type {Held | null} */ (stored(KEPT));
/** @type {Promise<string> | null} */
let renewal = null;

tabs.addEventListener('message', (/** @type {MessageEvent<Message>} */ { data }) => {
  if (data.asks && held) tabs.postMessage({ held });
  else if (data.held && isNewer(data.held)) hold(data.held);
  else if (data.left) hold(null);
});
tabs.postMessage({ asks: true });
// A page that the Back button brings back as it was may show what belongs to somebody who has left meanwhile.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted && held) location.reload();
});

/**
 * `listener(person)` is called now and at every change; person is null where nobody is signed in.
 * @param {(person: Person | null) => void} listener
 */
export function whenPersonChanges(listener) {
  listeners.add(listener);
  listener(person());
}

/**
 * What this tab keeps under a name, null where that is nothing.
 * @param {string} name
 */
export function stored(name) {
  return parsed(sessionStorage.getItem(name) ?? '');
}

export function person() {
  return held && { mail: held.mail };
}

/**
 * Keeps what the issuer granted; a renewal names no new refresh token.
 * @param {Granted} granted
 */
export function enter(granted) {
  hold({
    access: granted.access_token,
    refresh: granted.refresh_token ?? held?.refresh ?? '',
    mail: mailOf(granted.id_token) ?? held?.mail ?? '',
    ends: Date.now() + granted.expires_in * 1000,
  });
  tabs.postMessage({ held });
}

/** Forgets the tokens in every tab, and has the issuer forget them. */
export async function leave() {
  const refresh = held?.refresh;
  hold(null);
  tabs.postMessage({ left: true });
  if (refresh) await revoke(refresh);
}

/**
 * An access token; a new one where the old one ends within a minute, or was `refused`.
 * @param {string | null} refused
 */
export async function accessToken(refused = null) {
  if (!held) throw new Refusal('sign_in_required', 'You are not signed in. Sign in, then try again.');
  if (isGood(held, refused)) return held.access;
  renewal ??= inTurn(() => renew(refused)).finally(() => (renewal = null));
  return await renewal;
}

/**
 * The new access token. Somebody may have left meanwhile: that is not undone.
 * @param {string | null} refused
 */
async function renew(refused) {
  tabs.postMessage({ asks: true });
  await new Promise((resolve) => setTimeout(resolve, OTHERS_MS));
  const old = held;
  if (old && isGood(old, refused)) return old.access;
  if (!old) throw new Refusal('sign_in_required', 'You are not signed in. Sign in, then try again.');
  try {
    const granted = await tokensForRefresh(old.refresh);
    if (held === old) enter(granted);
    return granted.access_token;
  } catch (error) {
    if (codeOf(error) === 'invalid_grant' && held === old) hold(null);
    throw error;
  }
}

/**
 * One tab after the other; all at once where the browser has no locks (addresses without https), which the issuer bears.
 * @param {() => Promise<string>} action
 * @returns {Promise<string>}
 */
async function inTurn(action) {
  const locks = /** @type {LockManager | undefined} */ (navigator.locks);
  return await (locks ? locks.request(KEPT, action) : action());
}

/**
 * @param {Held} tokens
 * @param {string | null} refused
 */
function isGood(tokens, refused) {
  return tokens.access !== refused && Date.now() < tokens.ends - EARLY_MS;
}

/**
 * Another tab's tokens take the place of older ones of the same person.
 * @param {Held} tokens
 */
function isNewer(tokens) {
  return !held || (tokens.mail === held.mail && tokens.ends > held.ends);
}

/** @param {Held | null} tokens */
function hold(tokens) {
  const before = person()?.mail;
  held = tokens;
  if (held) sessionStorage.setItem(KEPT, JSON.stringify(held));
  else sessionStorage.removeItem(KEPT);
  if (person()?.mail !== before) for (const listener of listeners) listener(person());
}

/**
 * Of an identity token. It is not verified: it came straight from the issuer, and decides nothing but a name shown.
 * @param {string | undefined} idToken
 */
function mailOf(idToken) {
  const claims = idToken?.split('.')[1];
  if (!claims) return null;
  const bytes = Uint8Array.from(atob(claims.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  /** @type {{ email?: string }} */
  const { email } = parsed(new TextDecoder().decode(bytes)) ?? {};
  return email ?? null;
}
