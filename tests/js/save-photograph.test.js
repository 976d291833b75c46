// Saving one photograph of the start page: once, whatever is pressed or closed meanwhile, and for nobody but who is signed in.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { json, problem, serve, settled, signIn } from './support/service.js';
import { savePhotograph } from '../../site/js/history/save-photograph.js';

/** @import { Photo } from '../../site/js/files/photograph-list.js' */

const DETAILS = { subject: 'P1', eye: 'left', taken_on: null, note: null, file_name: null };
const OPTIONS = { marks: [], pausing: () => {} };

beforeEach(() => signIn());

function made() {
  const source = { name: 'a.jpg', open: () => Promise.resolve(new File(['photograph'], 'a.jpg')) };
  return /** @type {Photo} */ (/** @type {unknown} */ ({ name: 'a.jpg', source, force: false, result: null, saved: null, stop: new AbortController() }));
}

/** A service that answers when the test says so. */
function slowly() {
  /** @type {((answer: Response) => void)[]} */
  const waiting = [];
  const calls = serve(() => new Promise((resolve) => void waiting.push(resolve)));
  return { calls, waiting };
}

test('what another button is sending is sent once, and only by who still waits if that fails', async () => {
  const { calls, waiting } = slowly();
  const [photo, closed] = [made(), new AbortController()];
  const save = (/** @type {AbortSignal} */ signal) => savePhotograph(photo, DETAILS, { ...OPTIONS, signal });
  const first = savePhotograph(photo, DETAILS, OPTIONS);
  const given = save(closed.signal);
  const others = [save(new AbortController().signal), save(new AbortController().signal)];
  await settled();
  closed.abort();
  assert.equal(calls.length, 1);
  waiting[0](problem('history_full', 409));
  await assert.rejects(first, { code: 'history_full' });
  await assert.rejects(given, { name: 'AbortError' });
  await settled();
  assert.equal(calls.length, 2);
  waiting[1](json({ id: '1' }));
  await Promise.all(others);
  assert.deepEqual([calls.length, photo.saved], [2, '1']);
});

test('what is sent already is saved although the dialog is closed', async () => {
  const { calls, waiting } = slowly();
  const [photo, closed] = [made(), new AbortController()];
  const saving = savePhotograph(photo, DETAILS, { ...OPTIONS, signal: closed.signal });
  await settled();
  closed.abort();
  const again = savePhotograph(photo, DETAILS, OPTIONS);
  waiting[0](json({ id: '1' }));
  await Promise.all([saving, again]);
  assert.deepEqual([calls.length, photo.saved], [1, '1']);
});

test('what was to be saved for one person is not sent again for the next one', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const calls = serve(() => problem('busy', 503));
  const saving = savePhotograph(made(), DETAILS, OPTIONS);
  await settled();
  await signIn('berta');
  await assert.rejects(saving, { code: 'sign_in_required' });
  t.mock.timers.tick(60_000);
  await settled();
  assert.equal(calls.length, 1);
});
