// One request, and every way it can end.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Refusal, codeOf, reach, reachBlob, refusal } from '../../site/js/api/reach.js';
import { json, problem, serve } from './support/service.js';

test('an answer has its status and its JSON, even if it failed', async () => {
  serve(({ path }) => (path === '/good' ? json({ a: 1 }) : problem('busy', 503)));
  assert.deepEqual(await reach('/good'), { ok: true, status: 200, retryAfter: 2, content: { a: 1 } });
  const bad = await reach('/bad');
  assert.deepEqual([bad.ok, bad.status], [false, 503]);
  assert.equal(refusal(bad).code, 'busy');
  assert.equal(refusal(bad).message, 'A sentence about busy.');
});

test('answers without JSON or without a message of the API get a message of the page', async () => {
  serve(() => new Response('<html>', { status: 502 }));
  const answer = await reach('/');
  assert.equal(answer.content, null);
  const { code, message } = refusal(answer, 'The photograph could not be uploaded');
  assert.deepEqual([code, message], ['unintelligible', 'The photograph could not be uploaded (HTTP 502). Try again.']);
  for (const [status, words] of /** @type {const} */ ([[413, /too large/], [429, /Wait a minute/], [502, /cannot answer at the moment \(HTTP 502\)/], [504, /Try again later/], [400, /does not understand \(HTTP 400\)/]])) {
    assert.match(refusal({ ok: false, status, content: null }).message, words);
  }
  assert.equal(refusal({ ok: false, status: 422, content: { detail: [{ msg: 'x' }] } }).code, 'unintelligible');
});

test('Retry-After is limited to sensible pauses', async () => {
  /** @type {[string | null, number][]} */
  const cases = [[null, 2], ['7', 7], ['0', 1], ['3600', 30], ['Wed, 21 Oct 2026 07:28:00 GMT', 2]];
  for (const [header, seconds] of cases) {
    serve(() => problem('busy', 503, header === null ? {} : { 'Retry-After': header }));
    assert.equal(refusal(await reach('/')).retryAfter, seconds, String(header));
  }
});

test('the server does not answer', async () => {
  serve(() => Promise.reject(new TypeError('Failed to fetch')));
  await assert.rejects(reach('/'), { code: 'unreachable', message: /cannot be reached/ });
});

test('the server does not answer in time', async () => {
  serve(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    throw new DOMException('', 'TimeoutError');
  });
  await assert.rejects(reach('/', {}, undefined, 1), { code: 'unreachable', message: /did not answer within 0.001 seconds/ });
});

test('an aborted request throws the signal’s reason and not a Refusal', async () => {
  const stop = new AbortController();
  serve(() => {
    stop.abort(new Error('removed'));
    throw new DOMException('', 'AbortError');
  });
  await assert.rejects(reach('/', {}, stop.signal), { message: 'removed' });
});

test('a successful answer has bytes, a failed one a problem', async () => {
  serve(({ path }) => (path === '/good' ? new Response('bytes') : problem('not_found', 404)));
  assert.equal(await (await reachBlob('/good')).blob?.text(), 'bytes');
  const bad = await reachBlob('/bad');
  assert.deepEqual([bad.blob, refusal(bad).code], [null, 'not_found']);
});

test('the code of an error', () => {
  assert.equal(codeOf(new Refusal('busy', 'Busy.')), 'busy');
  assert.equal(codeOf(Object.assign(new Error('x'), { code: 'busy' })), null);
  assert.equal(codeOf(undefined), null);
});
