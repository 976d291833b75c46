// Who is signed in. Enters: tokens; leaves: a person `{mail}` or null, told again at every change, and an access token
// that is good. Does not know how people sign in.
//
// Tokens are in sessionStorage, which ends with the browser's last tab: reading rooms share computers, and what is saved
// here belongs to patients. A tab does not see another's sessionStorage, so tabs of this page hand the tokens to each
// other and leave together. A refresh token is good once: one tab at a time renews, after it has asked the others for
// newer tokens than its own, for who comes with a used one is signed out everywhere.

import { revoke, tokensForRefresh } from './issuer.js';
import { Refusal } from '../api/reach.js';

const KEPT = 'retina.session';
const EARLY_MS = 60_000;
const OTHERS_MS = 100; // for other tabs to answer
const tabs = new BroadcastChannel(KEPT);
const listeners = new Set();
let held = JSON.parse(sessionStorage.getItem(KEPT));
let renewal = null;

tabs.addEventListener('message', ({ data }) => {
  if (data.asks && held) tabs.postMessage({ held });
  else if (data.held && isNewer(data.held)) hold(data.held);
  else if (data.left) hold(null);
});
tabs.postMessage({ asks: true });
// A page that the Back button brings back as it was may show what belongs to somebody who has left meanwhile.
addEventListener('pageshow', ({ persisted }) => persisted && held && location.reload());

/** `listener(person)` is called now and at every change; person is null where nobody is signed in. */
export function whenPersonChanges(listener) {
  listeners.add(listener);
  listener(person());
}

export function person() {
  return held && { mail: held.mail };
}

/** Keeps what the issuer granted; a renewal names no new refresh token. */
export function enter(granted) {
  hold({
    access: granted.access_token,
    refresh: granted.refresh_token ?? held?.refresh,
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

/** An access token; a new one where the old one ends within a minute, or was `refused`. */
export async function accessToken(refused = null) {
  if (!held) throw new Refusal('sign_in_required', 'You are not signed in. Sign in, then try again.');
  if (isGood(refused)) return held.access;
  renewal ??= inTurn(() => renew(refused)).finally(() => (renewal = null));
  return renewal;
}

/** The new access token. Somebody may have left meanwhile: that is not undone. */
async function renew(refused) {
  tabs.postMessage({ asks: true });
  await new Promise((resolve) => setTimeout(resolve, OTHERS_MS));
  if (held && isGood(refused)) return held.access;
  const old = held;
  if (!old) throw new Refusal('sign_in_required', 'You are not signed in. Sign in, then try again.');
  try {
    const granted = await tokensForRefresh(old.refresh);
    if (held === old) enter(granted);
    return granted.access_token;
  } catch (error) {
    if (error.code === 'invalid_grant' && held === old) hold(null);
    throw error;
  }
}

/** One tab after the other; all at once where the browser has no locks (addresses without https), which the issuer bears. */
function inTurn(action) {
  return navigator.locks ? navigator.locks.request(KEPT, action) : action();
}

function isGood(refused) {
  return held.access !== refused && Date.now() < held.ends - EARLY_MS;
}

/** Another tab's tokens take the place of older ones of the same person. */
function isNewer(tokens) {
  return !held || (tokens.mail === held.mail && tokens.ends > held.ends);
}

function hold(tokens) {
  const before = person()?.mail;
  held = tokens;
  if (held) sessionStorage.setItem(KEPT, JSON.stringify(held));
  else sessionStorage.removeItem(KEPT);
  if (person()?.mail !== before) for (const listener of listeners) listener(person());
}

/** Of an identity token. It is not verified: it came straight from the issuer, and decides nothing but a name shown. */
function mailOf(idToken) {
  const claims = idToken?.split('.')[1];
  if (!claims) return null;
  const bytes = Uint8Array.from(atob(claims.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)).email ?? null;
}
