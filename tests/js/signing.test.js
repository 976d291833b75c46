// Signing in and out where something fails: nothing of a sign-in stays behind, and signing out never depends on what else is asked of the browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fakeDocument } from './support/browser.js';
import { json, problem, serve } from './support/service.js';

const ISSUER = { issuer: 'urn:x', client_id: 'page', url: 'https://issuer.test' };
const TOKENS = { access_token: 'a', refresh_token: 'r', id_token: `h.${btoa('{"sub":"1","email":"a@b.example"}')}.s`, expires_in: 3600, token_type: 'Bearer' };
Object.assign(fakeDocument, { body: { classList: { contains: () => false } }, querySelector: () => null });
const { signIn, signOut } = await import('../../site/js/auth/sign-in.js');
const { enter, person, whenPersonChanges } = await import('../../site/js/auth/session.js');

test('a sign-in whose page cannot be found out leaves no secret in the tab', async () => {
  serve(() => problem('busy', 503));
  await assert.rejects(signIn(), { code: 'busy' });
  assert.equal(sessionStorage.getItem('retina.sign-in'), null);
});

test('the tab is signed out before anything is waited for, whether or not the issuer can be reached', async () => {
  enter(TOKENS);
  /** @type {(string | undefined)[]} */
  const seen = [];
  whenPersonChanges((now) => seen.push(now?.mail));
  /** @type {string[]} */
  const gone = [];
  Object.assign(location, { assign: (/** @type {string} */ address) => gone.push(address) });
  const calls = serve(({ path }) => {
    seen.push(person()?.mail);
    if (path.endsWith('/revoke')) throw new TypeError('no connection');
    return json(ISSUER);
  });
  await signOut();
  assert.deepEqual([...new Set(seen.slice(1))], [undefined]);
  assert.equal(seen[0], 'a@b.example');
  assert.equal(sessionStorage.getItem('retina.session'), null);
  assert.ok(calls.length > 1);
  assert.match(gone[0], /^https:\/\/issuer\.test\/logout/);
});
