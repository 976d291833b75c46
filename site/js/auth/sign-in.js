// Signing in and out with the authorization code flow and PKCE (RFC 7636). After signing in, the user is back on the
// page they came from.

import { authorizeAddress, home, logoutAddress, tokensForCode } from './issuer.js';
import { Refusal } from '../api/reach.js';
import { enter, leave, stored } from './session.js';
import { element } from '../ui/element.js';
import { t } from '../ui/language.js';
import { confirmed } from '../ui/confirm.js';
import { keepInTab } from '../ui/remembered.js';
import { isUnsavedElsewhere } from './unsaved.js';

/** @typedef {{ state: string, verifier: string, from: string, beside?: boolean }} Begun a sign-in in progress, where it started, and whether it has a window of its own */

const BEGUN = 'retina.sign-in';
const SECRET_BYTES = 32;
const WINDOW = 'popup,width=520,height=760';
const CLOSE_MS = 500; // for the other tabs to hear of it
const LEAVING = {
  title: t('Leave this page to sign in?'),
  words: t('This browser opened no window for signing in. Photographs that it stores are here again afterwards, the others are not.'),
  yes: t('Leave and sign in'),
  no: t('Stay here'),
};
const ELSEWHERE = {
  title: t('Sign out without saving?'),
  words: t('In another tab of this browser, a correction in your history is not saved. Signing out closes your history in every tab, and the correction is lost.'),
  yes: t('Sign out without saving'),
  no: t('Stay signed in'),
};
const STORES_NOTHING = t('This browser stores nothing for this page, so you would not stay signed in. Allow it to store data (cookies), or leave the private window, then try again.');

/** @type {Set<() => Promise<boolean>>} */
const questions = new Set();

/**
 * `mayLeave` is asked before somebody signs out; if it resolves to false, they stay.
 * @param {() => Promise<boolean>} mayLeave
 */
export const askBeforeSigningOut = (mayLeave) => void questions.add(mayLeave);

/**
 * Opens the issuer's sign-in page: in place of this page or, if it is at work on photographs, in a window of its own. All tabs are signed
 * in with the one that comes back from there.
 */
export async function signIn() {
  const subtle = /** @type {SubtleCrypto | undefined} */ (globalThis.crypto?.subtle);
  if (!subtle) {
    throw new Refusal('insecure', t('Signing in only works at an https address, or on this computer itself (127.0.0.1).'));
  }
  const [state, verifier] = [secret(), secret()];
  const beside = document.body.classList.contains('at-work');
  const from = location.pathname + location.search + location.hash;
  const keep = (/** @type {Partial<Begun>} */ how) => keepInTab(BEGUN, JSON.stringify({ state, verifier, from, ...how }));
  if (!keep({ beside })) throw new Refusal('browser_stores_nothing', STORES_NOTHING);
  // Browsers allow it only right after a click: beside photographs, this module is there already (start.js). The window begins with a copy
  // of what this tab has stored.
  const opened = beside ? open('about:blank', '_blank', WINDOW) : null;
  try {
    const digest = await subtle.digest('SHA-256', new TextEncoder().encode(verifier));
    const address = await authorizeAddress(state, base64url(new Uint8Array(digest)));
    if (opened) {
      keepInTab(BEGUN, null);
      Object.assign(opened, { opener: null });
      opened.location.replace(address);
    } else if (!beside || (await confirmed(LEAVING))) {
      keep({});
      location.assign(address);
    } else keepInTab(BEGUN, null);
  } catch (error) {
    keepInTab(BEGUN, null);
    opened?.close();
    throw error;
  }
}

/** Exchanges the code in the address for tokens. Throws a Refusal if this tab did not start the sign-in. */
export async function finishSignIn() {
  const query = new URLSearchParams(location.search);
  history.replaceState(null, '', home());
  const begun = /** @type {Begun | null} */ (stored(BEGUN));
  keepInTab(BEGUN, null);
  if (!begun || query.get('state') !== begun.state) {
    throw new Refusal('another_state', t('This sign-in was not started in this tab. Choose “Sign in” to start one.'));
  }
  const code = query.get('code');
  if (code === null) throw new Refusal('denied', t('You were not signed in. Choose “Sign in” to try again.'));
  enter(await tokensForCode(code, begun.verifier));
  if (begun.beside) setTimeout(close, CLOSE_MS);
  else if (begun.from !== '/') location.replace(begun.from);
}

/**
 * Signs out in every tab, then ends the issuer's own session. Asks first what `askBeforeSigningOut` was given, whether unsaved work in
 * other tabs may be lost, and whether what this browser has stored of photographs is to go, too. Until all is answered nothing happens.
 * @param {() => Promise<unknown>} [first] what to do once it is certain, while still signed in
 */
export async function signOut(first) {
  for (const mayLeave of questions) if (!(await mayLeave())) return;
  const { askToForget, forget, SIGNING_OUT } = await import('../storage/forget.js'); // what every other visit does without
  if ((await isUnsavedElsewhere()) && !(await confirmed(ELSEWHERE))) return;
  const answer = await askToForget(SIGNING_OUT);
  if (answer === 'stay') return;
  await first?.();
  const left = leave(); // before anything that may fail or take long
  const stay = tellLeaving();
  try {
    await left;
    if (answer === 'delete') await forget();
    location.assign(await logoutAddress());
  } catch (error) {
    stay();
    throw error;
  }
}

/** Says in place of “Sign in” that this page is being left. Returns what takes that back. */
function tellLeaving() {
  const who = document.querySelector('#who');
  const before = [...(who?.childNodes ?? [])];
  who?.replaceChildren(element('span', { class: 'note', role: 'status' }, t('Signing you out…')));
  return () => who?.replaceChildren(...before);
}

function secret() {
  return base64url(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
