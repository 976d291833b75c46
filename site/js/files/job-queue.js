// A queue that runs at most `width` async jobs at once, in the order they were added. A job starts only after the code
// that added it has finished, and must handle its own errors: the queue never retries.

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
