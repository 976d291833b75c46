// A hand that rests on the photograph while a pen is at work: its touches are ignored, until half a second after the pen was
// lifted and until they end themselves. A touch that was there before the pen is cancelled. Fingers alone do what they did.

/** Between two strokes of a pen, the hand stays where it is. */
const REST_MS = 500;

/** @param {EventTarget} stage its other listeners hear nothing of the touches that are ignored */
export function ignorePalms(stage) {
  /** @type {Set<number>} pointers that touch and count */
  const fingers = new Set();
  /** @type {Set<number>} pointers that touch and are ignored */
  const palms = new Set();
  /** @type {number | null} the pen that is down */
  let pen = null;
  let lifted = -Infinity;

  /** @param {PointerEvent} pressed */
  function startPen({ pointerId, button }) {
    if (button !== 0) return;
    pen = pointerId;
    for (const id of [...fingers]) {
      stage.dispatchEvent(new PointerEvent('pointercancel', { pointerId: id, pointerType: 'touch', bubbles: true }));
      palms.add(id);
    }
  }

  /** @param {PointerEvent} event */
  function down(event) {
    if (event.pointerType === 'pen') startPen(event);
    if (event.pointerType !== 'touch') return;
    const isPalm = pen !== null || event.timeStamp - lifted < REST_MS;
    (isPalm ? palms : fingers).add(event.pointerId);
  }

  /** @param {PointerEvent} event */
  function end({ pointerId, timeStamp }) {
    fingers.delete(pointerId);
    palms.delete(pointerId);
    if (pointerId !== pen) return;
    pen = null;
    lifted = timeStamp;
  }

  /** @param {Event} event */
  function hear(event) {
    const pointer = /** @type {PointerEvent} */ (event);
    if (pointer.type === 'pointerdown') down(pointer);
    if (palms.has(pointer.pointerId)) pointer.stopImmediatePropagation();
    if (pointer.type === 'pointerup' || pointer.type === 'pointercancel') end(pointer);
  }

  for (const type of ['pointerdown', 'pointermove', 'pointerup', 'pointercancel']) stage.addEventListener(type, hear, { capture: true });
}
