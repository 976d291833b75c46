// One call of POST /api/v1/predictions. Enters: a photograph's bytes and name; leaves: the API's answer, or a Refusal
// whose message is a sentence for the user. Waits and repeats while the server is busy. Keeps nothing.

const ADDRESS = '/api/v1/predictions';
const BUSY_REPEATS = 5;
const LONGEST_PAUSE_S = 30;
const PATIENCE_MS = 120_000;

/** What went wrong, in a sentence. `code` is the API's, or one of the page's own: unreachable, unintelligible, ... */
export class Refusal extends Error {
  constructor(code, sentence, retryAfter = null) {
    super(sentence);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** `pausing(seconds)` is told before each wait. Throws a Refusal, or the signal's reason once that is aborted. */
export async function predict(bytes, name, { outputs, force, signal, pausing }) {
  for (let repeats = 0; ; repeats += 1) {
    const form = new FormData();
    form.append('outputs', outputs);
    if (force) form.append('force', 'true');
    form.append('file', bytes, name);
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
  const patience = AbortSignal.timeout(PATIENCE_MS);
  let answer;
  let body;
  try {
    answer = await fetch(ADDRESS, { method: 'POST', body: form, signal: AbortSignal.any([signal, patience]) });
    body = await answer.text();
  } catch {
    signal.throwIfAborted();
    if (patience.aborted) throw new Refusal('unreachable', 'The server did not answer within two minutes. Try again later.');
    throw new Refusal('unreachable', 'The server cannot be reached. Check your connection, then try again.');
  }
  const content = parsed(body);
  if (answer.ok && content?.images) return content;
  if (typeof content?.detail === 'string') throw new Refusal(content.code, content.detail, pauseSeconds(answer));
  throw new Refusal('unintelligible', `The server gave an answer that this page does not understand (HTTP ${answer.status}). Try again.`);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function pauseSeconds(answer) {
  const seconds = Number.parseInt(answer.headers.get('Retry-After') ?? '', 10);
  return Number.isNaN(seconds) ? 2 : Math.min(Math.max(seconds, 1), LONGEST_PAUSE_S);
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
