// The wipe: left of a divider the photograph alone, right of it with its layers. It is dragged, or moved by the arrow
// keys like any slider.

import { finder } from '../ui/element.js';

/** @import { Zoom } from './zoom.js' */

/** @param {{ page: ParentNode, zoom: Zoom }} parts */
export function createWipe({ page, zoom }) {
  const by = finder(page);
  const [stage, layers, divider] = [by('stage'), by('layers'), by('wipe')];
  const slider = by('wipe-at', HTMLInputElement);
  let on = false;

  function place() {
    if (!on) return;
    const share = slider.valueAsNumber / 100;
    divider.style.insetInlineStart = `${100 * share}%`;
    layers.style.setProperty('--wipe', `${zoom.inLayers(share * stage.clientWidth)}px`);
  }

  /** @param {boolean} to */
  function set(to) {
    on = to;
    divider.hidden = !to;
    stage.classList.toggle('wiping', to);
    place();
  }

  /** @param {PointerEvent} event */
  function drag(event) {
    if (!divider.hasPointerCapture(event.pointerId)) return;
    const box = stage.getBoundingClientRect();
    slider.value = String((100 * (event.clientX - box.left)) / box.width);
    place();
  }

  slider.addEventListener('input', place);
  stage.addEventListener('view', place);
  divider.addEventListener('pointerdown', (event) => {
    event.stopPropagation(); // the photograph itself stays
    event.preventDefault();
    divider.setPointerCapture(event.pointerId);
    slider.focus();
  });
  divider.addEventListener('pointermove', drag);
  return { set, focus: () => slider.focus() };
}
