// Requests on behalf of the signed-in user. Session and issuer are the real modules; the service is faked.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { issuing, json, problem, serve, signIn } from './support/service.js';
import { ask, askBlob } from '../../site/js/api/requests.js';
import { leave, person, whenPersonChanges } from '../../site/js/auth/session.js';
import { tableOf } from '../../site/js/batches/results-csv.js';
import { waitingItems } from '../../site/js/batches/waiting-items.js';

const COUNTS = { total: 0, waiting: 0, queued: 0, running: 0, done: 0, rejected: 0, failed: 0 };

beforeEach(() => signIn());

test('JSON is sent with the token, and JSON is returned', async () => {
  const [call, ...others] = await callsOf(() => ask('/api/v1/keys', { method: 'POST', json: { name: 'a' } }));
  assert.deepEqual([call.method, call.body, others.length], ['POST', '{"name":"a"}', 0]);
  assert.equal(call.headers.get('Authorization'), 'Bearer first');
  assert.equal(call.headers.get('Content-Type'), 'application/json');
});

test('a form is sent unchanged, with its own headers', async () => {
  const form = new FormData();
  const [call] = await callsOf(() => ask('/api', { method: 'POST', form, headers: { 'Idempotency-Key': 'k' } }));
  assert.equal(call.body, form);
  assert.deepEqual([call.headers.get('Idempotency-Key'), call.headers.get('Content-Type')], ['k', null]);
});

/** @param {() => Promise<unknown>} action */
async function callsOf(action) {
  const calls = serve(() => json({}));
  await action();
  return calls;
}

test('no content is null', async () => {
  serve(() => new Response(null, { status: 204 }));
  assert.equal(await ask('/api/v1/keys/1', { method: 'DELETE' }), null);
});

test('a refused token is renewed once for concurrent requests', async () => {
  const tokens = () => calls.map(({ headers }) => headers.get('Authorization')).filter(Boolean);
  const answering = issuing(({ headers }) => (headers.get('Authorization') === 'Bearer first' ? problem('x', 401) : json('ok')));
  const calls = serve(answering);
  assert.deepEqual(await Promise.all([ask('/a'), ask('/b')]), ['ok', 'ok']);
  assert.deepEqual(tokens().sort(), ['Bearer first', 'Bearer first', 'Bearer second', 'Bearer second']);
  assert.equal(calls.filter(({ path }) => path === 'https://issuer.test/oauth2/token').length, 1);
  assert.deepEqual(person(), { mail: 'anna@retina.test', account: 'anna' });
});

test('after a second refusal there is no third attempt', async () => {
  const calls = serve(issuing(() => problem('token_invalid', 401)));
  await assert.rejects(askBlob('/a'), { code: 'token_invalid' });
  assert.equal(calls.filter(({ path }) => path === '/a').length, 2);
});

test('after signing out, nothing is requested', async () => {
  /** @type {(string | undefined)[]} */
  const mails = [];
  whenPersonChanges((now) => mails.push(now?.mail));
  serve(issuing(() => new Response(null, { status: 200 })));
  await leave();
  assert.deepEqual(mails, ['anna@retina.test', undefined]);
  const calls = serve(() => json({}));
  await assert.rejects(ask('/a'), { code: 'sign_in_required' });
  assert.equal(calls.length, 0);
});

test('waiting items are collected from all pages', async () => {
  const items = [1, 2, 3].map((number) => ({ number, state: number === 2 ? 'done' : 'waiting' }));
  const calls = serve(({ path }) => (path.includes('cursor=c2')
    ? json({ items: items.slice(2), next: null })
    : json({ items: items.slice(0, 2), next: 'c2' })));
  assert.deepEqual((await waitingItems('b')).map(({ number }) => number), [1, 3]);
  assert.equal(calls.length, 2);
});

test('the parts of a table are joined with one header row', async () => {
  const calls = serve(({ path }) => new Response(`\ufefffile,status\r\n${new URLSearchParams(path.split('?')[1]).get('first')},done\r\n`));
  const table = await tableOf({ id: 'b', counts: { ...COUNTS, total: 4_001 } }, 'wide');
  assert.equal(await table.text(), 'file,status\r\n0,done\r\n2000,done\r\n4000,done\r\n');
  const bytes = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await table.arrayBuffer());
  assert.equal(bytes.lastIndexOf('\ufeff'), 0, 'one byte order mark, by which Excel recognises UTF-8');
  assert.equal(calls.length, 3);
});

test('of the long form, fewer photographs are asked for at a time', async () => {
  const calls = serve(() => new Response('\ufefffile,measurement\r\n'));
  await tableOf({ id: 'b', counts: { ...COUNTS, total: 150 } }, 'long');
  assert.deepEqual(calls.map(({ path }) => path.split('?')[1]), ['first=0&limit=100&form=long', 'first=100&limit=100&form=long']);
});
