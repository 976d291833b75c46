// Like reach.js, for a form whose sending is to be followed in bytes, which fetch cannot do.

import { PATIENCE_MS, parsed, pauseSeconds, unreached } from './reach.js';

/** @import { Answer } from './reach.js' */

/**
 * Posts a form. Throws a Refusal if nothing moves for two minutes, or the signal's reason if it is aborted.
 * @param {string} address
 * @param {FormData} form
 * @param {AbortSignal} signal
 * @param {(bytes: number, of: number) => void} sent called whenever more of the form has been sent
 * @returns {Promise<Answer>}
 */
export async function reachSending(address, form, signal, sent) {
  signal.throwIfAborted();
  const request = new XMLHttpRequest();
  const stop = () => request.abort();
  signal.addEventListener('abort', stop, { once: true });
  let late = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      late = true;
      request.abort();
    }, PATIENCE_MS);
  };
  try {
    await new Promise((resolve, reject) => {
      request.upload.addEventListener('progress', ({ loaded, total }) => {
        wait();
        sent(loaded, total);
      });
      request.addEventListener('load', resolve);
      for (const end of ['error', 'abort']) request.addEventListener(end, reject);
      request.open('POST', address);
      request.send(form);
      wait();
    });
  } catch {
    signal.throwIfAborted();
    throw unreached(late ? PATIENCE_MS : null);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
  const { status } = request;
  const retryAfter = pauseSeconds(request.getResponseHeader('Retry-After'));
  return { ok: status >= 200 && status < 300, status, retryAfter, content: parsed(request.responseText) };
}
