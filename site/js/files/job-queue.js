// Work in its turn. Enters: async jobs; leaves: at most `width` of them running at once, in the order they came.
// A job begins after the code that queued it is through, and handles its own errors; the queue never retries.

export function createQueue(width) {
  const waiting = [];
  let running = 0;

  async function next() {
    if (running >= width || !waiting.length) return;
    running += 1;
    try {
      await waiting.shift()();
    } finally {
      running -= 1;
      next();
    }
  }

  return (job) => {
    waiting.push(job);
    queueMicrotask(next);
  };
}
