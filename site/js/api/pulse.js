// Asking again and again. Enters: an async beat and a pause; leaves: beats while the page is seen, none while it is hidden,
// one at once when it is seen again. A beat handles its own errors.

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
