// Stands in for the worker of a correction: it answers when the test says so. Import it before the page's modules.

/** @typedef {{ id: number, open?: object, encode?: Uint8Array, size?: object }} Request */

/** @type {Request[]} that wait for an answer, each with a copy of its plane, as a worker gets it */
export const requests = [];
/** @type {FakeWorker[]} that were started */
export const workers = [];

class FakeWorker extends EventTarget {
  isEnded = false;

  constructor() {
    super();
    workers.push(this);
  }

  /** @param {Request} request */
  postMessage(request) {
    requests.push(structuredClone(request));
  }

  terminate() {
    this.isEnded = true;
  }

  /** @param {object} data */
  say(data) {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
}

Object.assign(globalThis, { Worker: FakeWorker });

/**
 * Answers the request that waits longest, and returns it once the page has heard.
 * @param {(request: Request) => object} answerOf
 */
export async function answer(answerOf) {
  const request = requests.shift();
  if (!request) throw new Error('Nothing was asked.');
  workers[workers.length - 1].say({ id: request.id, ...answerOf(request) });
  await heard();
  return request;
}

/** Once all promises that can be settled are. */
export const heard = () => new Promise((resolve) => void setImmediate(resolve));
