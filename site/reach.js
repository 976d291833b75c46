// One request to the service. Enters: an address and what fetch takes; leaves: status and content, or a Refusal where
// nobody answered. Does not know what is asked.

const PATIENCE_MS = 120_000;
const LONGEST_PAUSE_S = 30;

/** What went wrong, in a sentence. `code` is the API's, or one of the page's own: unreachable, unintelligible, ... */
export class Refusal extends Error {
  constructor(code, sentence, retryAfter = null) {
    super(sentence);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** `content` is the answer's JSON, or null where it is none. Throws the signal's reason once that is aborted. */
export async function reach(address, request, signal) {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    const answer = await fetch(address, { ...request, signal: AbortSignal.any([signal, patience]) });
    const content = parsed(await answer.text());
    return { ok: answer.ok, status: answer.status, content, retryAfter: pauseSeconds(answer) };
  } catch {
    signal.throwIfAborted();
    if (patience.aborted) throw new Refusal('unreachable', 'The server did not answer within two minutes. Try again later.');
    throw new Refusal('unreachable', 'The server cannot be reached. Check your connection, then try again.');
  }
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
