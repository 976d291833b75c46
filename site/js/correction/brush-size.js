// How wide the brush is: a slider, which is remembered, and steps for keys.

import { finder } from '../ui/element.js';
import { remember, remembered } from '../ui/remembered.js';
import { SIZES } from './correct-markup.js';
import { withUnit } from '../ui/with-unit.js';

/** @param {{ page: ParentNode, changed: () => void }} parts */
export function createBrushSize({ page, changed }) {
  const by = finder(page);
  const slider = by('brush-size', HTMLInputElement);

  function tell() {
    by('brush-size-value').textContent = withUnit(slider.value, 'px');
  }

  function change() {
    tell();
    remember(slider.id, slider.value);
    changed();
  }

  slider.addEventListener('input', change);
  slider.value = remembered(slider.id) ?? slider.value;
  tell();
  return {
    /** The diameter in pixels of the photograph, which is odd. */
    value: () => slider.valueAsNumber,
    /** @param {1 | -1} way */
    step(way) {
      const next = slider.valueAsNumber + way * Math.max(2, 2 * Math.floor(slider.valueAsNumber / 10));
      slider.value = String(Math.min(Math.max(next, SIZES.least), SIZES.most));
      change();
    },
  };
}
