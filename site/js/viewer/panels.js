// The list and the figures beside the photograph can be put away, so that it has the whole window. The choice is
// remembered in this browser.

import { finder } from '../ui/element.js';
import { remember, remembered } from '../ui/remembered.js';

const PANELS = /** @type {const} */ (['list', 'figures']);

/** @param {{ page: Document }} parts */
export function createPanels({ page }) {
  const by = finder(page);
  by('panels').hidden = false;

  /** @param {(typeof PANELS)[number]} name */
  function panel(name) {
    const button = by(`panel-${name}`, HTMLButtonElement);

    /** @param {boolean} open */
    function set(open) {
      button.setAttribute('aria-expanded', String(open));
      page.body.classList.toggle(`without-${name}`, !open);
    }

    button.addEventListener('click', () => {
      const open = button.getAttribute('aria-expanded') !== 'true';
      set(open);
      remember(`panel-${name}`, open ? 'open' : 'closed');
    });
    set(remembered(`panel-${name}`) !== 'closed');
  }

  PANELS.forEach(panel);
}
