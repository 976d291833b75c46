// Sends one HTTP request and returns the status and the parsed content, or throws a Refusal if the server does not
// answer. It knows nothing of access tokens; requests.js adds them.

import { ofService, t } from '../ui/language.js';

/** @import { Problem } from 'openapi' */

export const PATIENCE_MS = 120_000;
const LONGEST_PAUSE_S = 30;
const STRANGE = t('The server sent an answer that this page does not understand');
const NEVER = new AbortController().signal;

/**
 * @typedef {object} Status
 * @property {boolean} ok
 * @property {number} status
 * @property {number | null} [retryAfter] seconds
 */
/** @typedef {Status & { content: unknown }} Answer `content` is the parsed JSON, or null if the body is not JSON */

/** An error with a message for the user. `code` comes from the API or this page (unreachable, unintelligible, ...). */
export class Refusal extends Error {
  /**
   * @param {string} code
   * @param {string} sentence
   * @param {number | null} [retryAfter] seconds
   */
  constructor(code, sentence, retryAfter = null) {
    super(sentence);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/**
 * The code of a Refusal, or null for any other error.
 * @param {unknown} error
 */
export function codeOf(error) {
  return error instanceof Refusal ? error.code : null;
}

/**
 * Throws a Refusal if the server does not answer in time, or the signal's reason if it is aborted.
 * @param {string} address
 * @param {RequestInit} [request]
 * @param {AbortSignal} [signal]
 * @param {number} [patienceMs]
 * @returns {Promise<Answer>}
 */
export async function reach(address, request, signal = NEVER, patienceMs = PATIENCE_MS) {
  return fetched(address, request, signal, patienceMs, async (answer) => ({ content: parsed(await answer.text()) }));
}

/**
 * Like `reach`, but a successful answer has its body in `blob` and no `content`. Otherwise `blob` is null.
 * @param {string} address
 * @param {RequestInit} [request]
 * @param {AbortSignal} [signal]
 * @param {number} [patienceMs]
 * @returns {Promise<Answer & { blob: Blob | null }>}
 */
export async function reachBlob(address, request, signal = NEVER, patienceMs = PATIENCE_MS) {
  return fetched(address, request, signal, patienceMs, async (answer) => ({
    blob: answer.ok ? await answer.blob() : null,
    content: answer.ok ? null : parsed(await answer.text()),
  }));
}

/**
 * The Refusal for a failed answer: with the API's own message if it sent one, else with `otherwise` or one by the status.
 * @param {Answer} answer
 * @param {string} [otherwise] what failed
 */
export function refusal({ status, content, retryAfter }, otherwise) {
  const problem = /** @type {Partial<Problem> | null} */ (content);
  if (typeof problem?.detail === 'string') return new Refusal(problem.code ?? 'unintelligible', ofService(problem.detail), retryAfter);
  return new Refusal('unintelligible', (otherwise ? null : ofStatus(status)) ?? t('{trouble} (HTTP {status}). Try again.', { trouble: otherwise ?? STRANGE, status }));
}

/**
 * What an answer that is not the API's means, such as one of a proxy; null if that is not known.
 * @param {number} status
 */
function ofStatus(status) {
  if (status === 413) return t('What was sent is too large for the service.');
  if (status === 429) return t('Too many requests were sent from here. Wait a minute, then try again.');
  return status < 500 ? null : t('The service cannot answer at the moment (HTTP {status}). Try again later.', { status });
}

/**
 * @template {object} Read
 * @param {string} address
 * @param {RequestInit | undefined} request
 * @param {AbortSignal} signal
 * @param {number} patienceMs
 * @param {(answer: Response) => Promise<Read>} read
 * @returns {Promise<Status & Read>}
 */
async function fetched(address, request, signal, patienceMs, read) {
  const patience = AbortSignal.timeout(patienceMs);
  try {
    const answer = await fetch(address, { ...request, signal: AbortSignal.any([signal, patience]) });
    return { ok: answer.ok, status: answer.status, retryAfter: pauseSeconds(answer.headers.get('Retry-After')), ...(await read(answer)) };
  } catch {
    signal.throwIfAborted();
    throw unreached(patience.aborted ? patienceMs : null);
  }
}

/**
 * @param {number | null} patienceMs how long the page waited in vain, or null if there was no connection
 */
export function unreached(patienceMs) {
  const late = t('The server did not answer within {seconds} seconds. Try again later.', { seconds: (patienceMs ?? 0) / 1000 });
  return new Refusal('unreachable', patienceMs === null ? t('The server cannot be reached. Check your connection, then try again.') : late);
}

/**
 * Parses JSON. Returns null if the text is not JSON.
 * @param {string} text
 * @returns {unknown}
 */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {string | null} header Retry-After */
export function pauseSeconds(header) {
  const seconds = Number.parseInt(header ?? '', 10);
  return Number.isNaN(seconds) ? 2 : Math.min(Math.max(seconds, 1), LONGEST_PAUSE_S);
}
