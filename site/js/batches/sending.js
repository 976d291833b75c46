// Sends the files of a batch to the service, four at a time. It renews the upload form when it expires, retries, and
// waits while the network is down. It does not follow what happens to the photographs afterwards.

import { ask } from '../api/requests.js';
import { createQueue } from '../files/job-queue.js';
import { Refusal, codeOf, reach, refusal } from '../api/reach.js';
import { opened } from '../files/source.js';
import { t } from '../ui/language.js';

/** @import { BatchForm } from 'openapi' */
/** @import { Source } from '../files/source.js' */

/** @typedef {ReturnType<typeof createSending>} Sending */

const AT_ONCE = 4;
const ATTEMPTS = 8;
const LONGEST_PAUSE_MS = 30_000;
const PATIENCE_MS = 15 * 60_000; // enough for the largest photograph on a slow connection

/**
 * `sources` maps item numbers to sources. `changed()` is called after every step.
 * @param {{ id: string, form: BatchForm | null, sources: Map<number, Source>, changed: () => void }} parts
 */
export function createSending({ id, form: granted, sources, changed }) {
  const enqueue = createQueue(AT_ONCE);
  const stop = new AbortController();
  const states = new Map([...sources.keys()].map((number) => [number, t('waiting to be sent')]));
  /** @type {Map<number, string>} */
  const refused = new Map();
  let form = granted;
  let sent = 0;
  /** @type {Promise<BatchForm> | null} */
  let renewal = null;

  /**
   * @param {number} number
   * @param {Source} source
   */
  async function run(number, source) {
    if (stop.signal.aborted) return;
    states.set(number, t('being sent'));
    changed();
    try {
      await send(number, await opened(source));
      sent += 1;
    } catch (error) {
      if (stop.signal.aborted) return;
      if (!(error instanceof Refusal)) console.error(error);
      refused.set(number, error instanceof Refusal ? error.message : t('Something went wrong on this page.'));
      if (codeOf(error) === 'not_found') halt();
    }
    states.delete(number);
    changed();
  }

  /**
   * @param {number} number
   * @param {File} file
   */
  async function send(number, file) {
    let renewed = false;
    for (let attempt = 1; ; attempt += 1) {
      const used = form ?? (await renew(null));
      const answer = await posted(used, number, file);
      if (answer?.ok) return;
      if (answer?.status === 403 && !renewed) {
        await renew(used);
        renewed = true;
      } else if (attempt === ATTEMPTS || (answer && isFinal(answer.status))) {
        if (answer) throw refusal(answer, t('The photograph was not accepted'));
        throw new Refusal('unreachable', t('The connection failed repeatedly.'));
      } else {
        await pause(Math.min(1000 * 2 ** (attempt - 1), LONGEST_PAUSE_MS), stop.signal);
      }
    }
  }

  /**
   * The answer, or null if the server could not be reached. Throws a Refusal if the file can no longer be read.
   * @param {BatchForm} used
   * @param {number} number
   * @param {File} file
   */
  async function posted({ url, fields }, number, file) {
    const body = new FormData();
    for (const [field, value] of Object.entries(fields)) body.append(field, value);
    body.append('file', file, String(number));
    try {
      return await reach(url, { method: 'POST', body }, stop.signal, PATIENCE_MS);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await opened({ open: () => file.slice(0, 1).arrayBuffer().then(() => file) });
      return null;
    }
  }

  /**
   * A valid form to replace the one that was `used`. Files that find it expired at the same time share one request.
   * @param {BatchForm | null} used
   */
  async function renew(used) {
    if (form && form !== used) return form;
    renewal ??= askForForm().finally(() => (renewal = null));
    return await renewal;
  }

  async function askForForm() {
    /** @type {BatchForm} */
    const renewed = await ask(`/api/v1/batches/${id}/upload`, { method: 'POST', signal: stop.signal });
    form = renewed;
    return renewed;
  }

  function halt() {
    stop.abort(new Refusal('stopped', t('Sending was stopped.')));
    states.clear();
  }

  for (const [number, source] of sources) enqueue(() => run(number, source));

  return {
    stop: halt,
    isGoing: () => states.size > 0,
    stateOf: (/** @type {number} */ number) => states.get(number) ?? null,
    refusalOf: (/** @type {number} */ number) => refused.get(number) ?? null,
    counts: () => ({ total: sources.size, sent, refused: refused.size }),
  };
}

/**
 * Whether a retry would get the same answer.
 * @param {number} status
 */
function isFinal(status) {
  return status < 500 && status !== 429;
}

/**
 * Waits at least `ms` milliseconds, and longer while the browser is offline.
 * @param {number} ms
 * @param {AbortSignal} signal
 */
async function pause(ms, signal) {
  await new Promise((resolve) => setTimeout(resolve, ms));
  if (!navigator.onLine) await new Promise((resolve) => addEventListener('online', resolve, { once: true }));
  signal.throwIfAborted();
}
