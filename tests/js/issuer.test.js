// Requests to the token issuer, whose address is fetched only once.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { json, problem, serve } from './support/service.js';
import { authorizeAddress, changesPasswords, logoutAddress, tokensForCode } from '../../site/js/auth/issuer.js';

const ISSUER = { issuer: 'urn:x', client_id: 'page', url: 'https://issuer.test', changes_passwords: true };

// The order matters: the second test uses the issuer that the first one fetched.
test('a failed request for the issuer is repeated', async () => {
  serve(() => problem('busy', 503));
  await assert.rejects(changesPasswords(), { code: 'busy' });
  const calls = serve(() => json(ISSUER));
  assert.equal(await changesPasswords(), true);
  assert.equal(calls.length, 1);
});

test('the issuer is fetched only once', async () => {
  const calls = serve(() => json({}));
  const { origin, pathname, searchParams } = new URL(await authorizeAddress('s', 'c'));
  assert.equal(origin + pathname, 'https://issuer.test/oauth2/authorize');
  assert.deepEqual(Object.fromEntries(searchParams), {
    client_id: 'page', redirect_uri: 'https://retina.test/', response_type: 'code', scope: 'openid email', state: 's',
    code_challenge: 'c', code_challenge_method: 'S256',
  });
  assert.equal(await logoutAddress(), `https://issuer.test/logout?client_id=page&logout_uri=${encodeURIComponent('https://retina.test/')}`);
  assert.equal(calls.length, 0);
});

test('an invalid code throws invalid_grant', async () => {
  serve(() => json({ error: 'invalid_grant' }, 400));
  await assert.rejects(tokensForCode('c', 'v'), { code: 'invalid_grant' });
  serve(() => new Response('', { status: 500 }));
  await assert.rejects(tokensForCode('c', 'v'), { message: 'Signing in did not work (HTTP 500). Try again.' });
});
