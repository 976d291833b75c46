// One call of POST /api/v1/predictions. Enters: a photograph's bytes and name; leaves: the API's answer, or a Refusal
// whose message is a sentence for the user. Uploads what is too large for one request. Waits and repeats while the
// server is busy. Keeps nothing.

import { Refusal, reach } from './reach.js';
import { upload } from './upload.js';

const ADDRESS = '/api/v1/predictions';
const INLINE_BYTES = 4 * 1024 * 1024;
const BUSY_REPEATS = 5;

/** `pausing(seconds)` is told before each wait. Throws a Refusal, or the signal's reason once that is aborted. */
export async function predict(bytes, name, { outputs, force, signal, pausing }) {
  const uploaded = bytes.size > INLINE_BYTES ? await upload(bytes, name, signal) : null;
  for (let repeats = 0; ; repeats += 1) {
    const form = new FormData();
    form.append('outputs', outputs);
    if (force) form.append('force', 'true');
    if (uploaded) form.append('upload_id', uploaded);
    else form.append('file', bytes, name);
    try {
      return await ask(form, signal);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'busy' || repeats >= BUSY_REPEATS) throw error;
      pausing(error.retryAfter);
      await pause(error.retryAfter, signal);
    }
  }
}

async function ask(form, signal) {
  const { ok, status, content, retryAfter } = await reach(ADDRESS, { method: 'POST', body: form }, signal);
  if (ok && content?.images) return content;
  if (typeof content?.detail === 'string') throw new Refusal(content.code, content.detail, retryAfter);
  throw new Refusal('unintelligible', `The server gave an answer that this page does not understand (HTTP ${status}). Try again.`);
}

function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, seconds * 1000);
    signal.addEventListener('abort', stop, { once: true });
  });
}
