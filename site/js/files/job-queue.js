// Work in its turn. Enters: async jobs; leaves: at most `width` of them running at once, in the order they came.
// A job begins after the code that queued it is through, and handles its own errors; the queue never retries.

/** @param {number} width */
export function createQueue(width) {
  /** @type {(() => Promise<void>)[]} */
  const waiting = [];
  let running = 0;

  async function next() {
    if (running >= width) return;
    const job = waiting.shift();
    if (!job) return;
    running += 1;
    try {
      await job();
    } finally {
      running -= 1;
      void next();
    }
  }

  return (/** @type {() => Promise<void>} */ job) => {
    waiting.push(job);
    queueMicrotask(() => void next());
  };
}
