// Asking again and again. Enters: an async beat and a pause; leaves: beats while the page is seen, none while it is hidden,
// one at once when it is seen again. A beat handles its own errors.

export function createPulse(beat, pauseMs) {
  let timer = null;
  let going = false;
  let beating = false;

  async function next() {
    clearTimeout(timer);
    if (!going || beating || document.hidden) return;
    beating = true;
    await beat();
    beating = false;
    if (going) timer = setTimeout(next, pauseMs);
  }

  document.addEventListener('visibilitychange', next);

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
