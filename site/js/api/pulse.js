// Polling: repeats an async call with a pause in between. It stops while the page is hidden and resumes with a call as
// soon as the page is visible again. `beat` must handle its own errors.

/**
 * @param {() => Promise<void>} beat
 * @param {number} pauseMs
 */
export function createPulse(beat, pauseMs) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let going = false;
  let beating = false;

  async function next() {
    clearTimeout(timer);
    if (!going || beating || document.hidden) return;
    beating = true;
    await beat().finally(() => (beating = false));
    if (going) timer = setTimeout(() => void next(), pauseMs);
  }

  document.addEventListener('visibilitychange', () => void next());

  return {
    start() {
      going = true;
      return next();
    },
    stop() {
      going = false;
      clearTimeout(timer);
    },
  };
}
