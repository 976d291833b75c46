// The grip at the top of a sheet: dragged down or pressed, it closes the sheet.

/** So many CSS pixels down, and it closes. */
const FAR_PX = 70;

/** @param {{ grip: HTMLElement, sheet: HTMLElement, close: () => void }} parts */
export function listenToGrip({ grip, sheet, close }) {
  /** @type {number | null} */
  let start = null;

  /** @param {PointerEvent} event */
  const down = (event) => Math.max(0, event.clientY - (start ?? event.clientY));

  function release() {
    start = null;
    sheet.style.translate = '';
  }

  grip.addEventListener('pointerdown', (event) => {
    start = event.clientY;
    grip.setPointerCapture(event.pointerId);
  });
  grip.addEventListener('pointermove', (event) => {
    if (start !== null) sheet.style.translate = `0 ${down(event)}px`;
  });
  grip.addEventListener('pointerup', (event) => {
    const far = down(event) > FAR_PX;
    release();
    if (far) close();
  });
  grip.addEventListener('pointercancel', release);
  grip.addEventListener('click', close);
}
