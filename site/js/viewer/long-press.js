// A finger that stays where it is for half a second: it brings the loupe for as long as it stays down. The page must not
// scroll under it then, and the browser's own menu must not come.

const LONG_MS = 500;

/**
 * `cancel` of the answer forgets a press that has not been long yet, because the finger moves.
 * @param {{ stage: HTMLElement, pressed: (event: PointerEvent) => void, lifted: () => void }} parts
 */
export function listenToLongPresses({ stage, pressed, lifted }) {
  let timer = 0;
  let held = false;
  let finger = false;

  function cancel() {
    clearTimeout(timer);
  }

  function lift() {
    cancel();
    if (held) lifted();
    held = false;
  }

  stage.addEventListener('pointerdown', (event) => {
    cancel();
    finger = event.pointerType === 'touch';
    if (!finger || !event.isPrimary) return;
    timer = window.setTimeout(() => {
      held = true;
      pressed(event);
    }, LONG_MS);
  });
  stage.addEventListener('touchmove', (event) => held && event.preventDefault(), { passive: false });
  stage.addEventListener('contextmenu', (event) => finger && event.preventDefault());
  for (const end of ['pointerup', 'pointercancel']) stage.addEventListener(end, lift);
  return { cancel };
}
