// Zooming and panning in the stage. It sets --zoom on the layers and keeps the same spot in the middle.

const STEPS = [1, 1.5, 2, 3, 4, 6, 8];

/**
 * @param {{
 *   stage: HTMLElement, layers: HTMLElement, less: HTMLButtonElement, fit: HTMLElement, more: HTMLButtonElement,
 * }} parts
 */
export function createZoom({ stage, layers, less, fit, more }) {
  let step = 0;

  /** @param {number} to */
  function go(to) {
    const x = (stage.scrollLeft + stage.clientWidth / 2) / stage.scrollWidth;
    const y = (stage.scrollTop + stage.clientHeight / 2) / stage.scrollHeight;
    step = Math.min(Math.max(to, 0), STEPS.length - 1);
    layers.style.setProperty('--zoom', String(STEPS[step]));
    stage.classList.toggle('zoomed', step > 0);
    stage.scrollTo(x * stage.scrollWidth - stage.clientWidth / 2, y * stage.scrollHeight - stage.clientHeight / 2);
    less.disabled = step === 0;
    more.disabled = step === STEPS.length - 1;
  }

  const closer = () => go(step + 1);
  const further = () => go(step - 1);
  const whole = () => go(0);
  more.addEventListener('click', closer);
  less.addEventListener('click', further);
  fit.addEventListener('click', whole);
  panByDragging(stage);
  return { more: closer, less: further, fit: whole };
}

/**
 * With the mouse only; touch scrolls natively.
 * @param {HTMLElement} stage
 */
function panByDragging(stage) {
  stage.addEventListener('pointerdown', (event) => {
    const onScrollbar = event.target === stage;
    if (event.pointerType !== 'mouse' || event.button !== 0 || onScrollbar) return;
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener('pointermove', (event) => {
    if (stage.hasPointerCapture(event.pointerId)) stage.scrollBy(-event.movementX, -event.movementY);
  });
  stage.addEventListener('dragstart', (event) => event.preventDefault());
}
