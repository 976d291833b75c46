// The button "More layers" shows or hides the controls that are needed less often, so that the photograph has their room.
// The choice is remembered in this browser.

import { finder } from '../ui/element.js';
import { remember, remembered } from '../ui/remembered.js';

const NAME = 'more-layers';

/** @param {{ page: ParentNode }} parts */
export function createMoreLayers({ page }) {
  const by = finder(page);
  const [button, drawing] = [by(NAME, HTMLButtonElement), by('drawing')];

  /** @param {boolean} open */
  function set(open) {
    button.setAttribute('aria-expanded', String(open));
    drawing.hidden = !open;
  }

  button.addEventListener('click', () => {
    set(drawing.hidden);
    remember(NAME, drawing.hidden ? 'closed' : 'open');
  });
  set(remembered(NAME) === 'open');
}
