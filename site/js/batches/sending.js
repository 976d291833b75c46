// The photographs of a batch on their way. Enters: the batch's id, its form and the files by item number; leaves: each file
// sent by that form, a few at a time, with the form renewed and the network waited for. Does not know what becomes of them.

import { ask } from '../api/requests.js';
import { createQueue } from '../files/job-queue.js';
import { Refusal, reach, refusal } from '../api/reach.js';
import { opened } from '../files/source.js';

const AT_ONCE = 4;
const TRIES = 8;
const LONGEST_PAUSE_MS = 30_000;
const PATIENCE_MS = 15 * 60_000; // 50 MiB over a slow line

/** `sources` maps item numbers to sources; `changed()` is told of every step. */
export function createSending({ id, form, sources, changed }) {
  const enqueue = createQueue(AT_ONCE);
  const stop = new AbortController();
  const states = new Map([...sources.keys()].map((number) => [number, 'waiting to be sent']));
  const refused = new Map();
  let sent = 0;
  let renewal = null;

  async function run(number) {
    if (stop.signal.aborted) return;
    states.set(number, 'being sent');
    changed();
    try {
      await send(number, await opened(sources.get(number)));
      sent += 1;
    } catch (error) {
      if (stop.signal.aborted) return;
      if (!(error instanceof Refusal)) console.error(error);
      refused.set(number, error instanceof Refusal ? error.message : 'Something went wrong on this page.');
      if (error.code === 'not_found') halt();
    }
    states.delete(number);
    changed();
  }

  async function send(number, file) {
    let renewed = false;
    for (let tries = 1; ; tries += 1) {
      const used = form ?? (await renew(null));
      const answer = await posted(used, number, file);
      if (answer?.ok) return;
      if (answer?.status === 403 && !renewed) {
        await renew(used);
        renewed = true;
      } else if (tries === TRIES || (answer && answer.status < 500 && answer.status !== 429)) {
        if (answer) throw refusal(answer, 'The photograph was not accepted');
        throw new Refusal('unreachable', 'The connection failed repeatedly.');
      } else {
        await pause(Math.min(1000 * 2 ** (tries - 1), LONGEST_PAUSE_MS), stop.signal);
      }
    }
  }

  /** The answer; null where nobody answered, though the file is there. */
  async function posted({ url, fields }, number, file) {
    const body = new FormData();
    for (const [field, value] of Object.entries(fields)) body.append(field, value);
    body.append('file', file, String(number));
    try {
      return await reach(url, { method: 'POST', body }, stop.signal, PATIENCE_MS);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await opened({ open: () => file.slice(0, 1).arrayBuffer() });
      return null;
    }
  }

  /** A form good anew instead of the one that was `used`; one request for all that find theirs expired. */
  async function renew(used) {
    if (form !== used) return form;
    renewal ??= ask(`/api/v1/batches/${id}/upload`, { method: 'POST', signal: stop.signal }).finally(() => (renewal = null));
    form = await renewal;
    return form;
  }

  function halt() {
    stop.abort(new Refusal('stopped', 'Sending was stopped.'));
    states.clear();
  }

  for (const number of sources.keys()) enqueue(() => run(number));

  return {
    stop: halt,
    isGoing: () => states.size > 0,
    stateOf: (number) => states.get(number) ?? null,
    refusalOf: (number) => refused.get(number) ?? null,
    counts: () => ({ total: sources.size, sent, refused: refused.size }),
  };
}

/** Also until the browser knows of a network again. */
async function pause(ms, signal) {
  await new Promise((resolve) => setTimeout(resolve, ms));
  if (!navigator.onLine) await new Promise((resolve) => addEventListener('online', resolve, { once: true }));
  signal.throwIfAborted();
}
