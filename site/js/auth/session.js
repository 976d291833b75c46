// Holds the tokens of the signed-in user, tells listeners when the person changes, and gives out a valid access token.
// sign-in.js does the signing in.
//
// Tokens are stored in sessionStorage, which is gone when the last tab is closed: reading rooms share computers, and the
// saved records are patients'. Tabs cannot see each other's sessionStorage, so they pass the tokens on to each other
// and sign out together. A refresh token works once, and reusing an old one signs the user out everywhere. So only one
// tab renews at a time, after asking the others whether they have newer tokens.

import { revoke, tokensForRefresh } from './issuer.js';
import { Refusal, codeOf, parsed } from '../api/reach.js';
import { t } from '../ui/language.js';
import { keepInTab, keptInTab } from '../ui/remembered.js';

/** @import { Granted } from './issuer.js' */

/**
 * @typedef {{ mail: string, account: string }} Person `account` is the issuer's id for the person
 * @typedef {{ access: string, refresh: string, mail: string, account?: string, ends: number }} Held `ends` in milliseconds since 1970
 * @typedef {{ asks?: boolean, held?: Held | null, left?: boolean }} Message between tabs
 */

const STORE = 'retina.session';
const EARLY_MS = 60_000;
const OTHERS_MS = 500; // how long other tabs have to answer: in the background, or after the lid was closed, they are slow
const tabs = new BroadcastChannel(STORE);
/** @type {Set<(person: Person | null) => void>} */
const listeners = new Set();
let held = /** @type {Held | null} */ (stored(STORE));
/** @type {Promise<string> | null} */
let renewal = null;
let heard = () => {}; // called when the tokens are others

tabs.addEventListener('message', (/** @type {MessageEvent<Message>} */ { data }) => {
  if (data.asks && held) tabs.postMessage({ held });
  else if (data.held && isNewer(data.held)) hold(data.held);
  else if (data.left) hold(null);
});
tabs.postMessage({ asks: true });
// The Back button may restore a page as it was, with data of someone who has signed out since.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted && held) location.reload();
});

/**
 * Calls `listener(person)` now and at every change. `person` is null if nobody is signed in.
 * @param {(person: Person | null) => void} listener
 */
export function whenPersonChanges(listener) {
  listeners.add(listener);
  listener(person());
}

/**
 * What this tab has stored under a name, or null.
 * @param {string} name
 */
export function stored(name) {
  return parsed(keptInTab(name) ?? '');
}

export function person() {
  return held && { mail: held.mail, account: held.account ?? held.mail };
}

/**
 * Stores the tokens that the issuer granted. Keeps the old refresh token if a renewal brings no new one.
 * @param {Granted} granted
 */
export function enter(granted) {
  const { email, sub } = claimsOf(granted.id_token);
  hold({
    access: granted.access_token,
    refresh: granted.refresh_token ?? held?.refresh ?? '',
    mail: email ?? held?.mail ?? '',
    account: sub ?? held?.account,
    ends: Date.now() + granted.expires_in * 1000,
  });
  tabs.postMessage({ held });
}

/** Drops the tokens in every tab and has the issuer revoke the refresh token. If it cannot be reached, that expires by itself. */
export async function leave() {
  const refresh = held?.refresh;
  tabs.postMessage({ left: true });
  hold(null);
  if (!refresh) return;
  try {
    await revoke(refresh);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

/**
 * The access token, renewed first if it expires within a minute or is the one that the API `refused`.
 * @param {string | null} refused
 */
export async function accessToken(refused = null) {
  if (!held) throw new Refusal('sign_in_required', t('You are not signed in. Sign in, then try again.'));
  if (isGood(held, refused)) return held.access;
  renewal ??= oneTabAtATime(() => renew(refused)).finally(() => (renewal = null));
  return await renewal;
}

/**
 * The new access token. If the user signs out in the meantime, they stay signed out.
 * @param {string | null} refused
 */
async function renew(refused) {
  await othersAnswered();
  const old = held;
  if (old && isGood(old, refused)) return old.access;
  if (!old) throw new Refusal('sign_in_required', t('You are not signed in. Sign in, then try again.'));
  try {
    const granted = await tokensForRefresh(old.refresh);
    if (held === old) enter(granted);
    return granted.access_token;
  } catch (error) {
    if (codeOf(error) === 'invalid_grant' && held === old) hold(null);
    throw error;
  }
}

/** Asks the other tabs for newer tokens. Resolves as soon as there are some, or when nobody has had any for a while. */
async function othersAnswered() {
  await new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
    heard = resolve;
    setTimeout(resolve, OTHERS_MS);
    tabs.postMessage({ asks: true });
  });
}

/**
 * Runs `action` in one tab at a time. Without https the browser has no locks, so tabs may run it at the same time,
 * which the issuer tolerates.
 * @param {() => Promise<string>} action
 * @returns {Promise<string>}
 */
async function oneTabAtATime(action) {
  const locks = /** @type {LockManager | undefined} */ (navigator.locks);
  return await (locks ? locks.request(STORE, action) : action());
}

/**
 * @param {Held} tokens
 * @param {string | null} refused
 */
function isGood(tokens, refused) {
  return tokens.access !== refused && Date.now() < tokens.ends - EARLY_MS;
}

/**
 * Whether another tab's tokens should replace this tab's: it has none, or older ones of the same person.
 * @param {Held} tokens
 */
function isNewer(tokens) {
  return !held || (tokens.mail === held.mail && tokens.ends > held.ends);
}

/** @param {Held | null} tokens */
function hold(tokens) {
  const before = person()?.account;
  held = tokens;
  heard();
  keepInTab(STORE, held && JSON.stringify(held));
  if (person()?.account !== before) for (const listener of listeners) listener(person());
}

/**
 * The email and the id of the person in an identity token. The signature is not checked: the token came straight from the
 * issuer, and neither gives access to anything.
 * @param {string | undefined} idToken
 * @returns {{ email?: string, sub?: string }}
 */
function claimsOf(idToken) {
  const claims = idToken?.split('.')[1];
  if (!claims) return {};
  const bytes = Uint8Array.from(atob(claims.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  return /** @type {{ email?: string, sub?: string } | null} */ (parsed(new TextDecoder().decode(bytes))) ?? {};
}
