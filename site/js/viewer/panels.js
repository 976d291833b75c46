// The list and the figures can be put away, so that the photograph has the window. On a wide window they stand beside it
// and the choice is remembered in this browser; on a narrow one they are sheets that come from below, one at a time.

import { finder } from '../ui/element.js';
import { remember, remembered } from '../ui/remembered.js';
import { listenToGrip } from './grip.js';

const PANELS = /** @type {const} */ (['list', 'figures']);
const NARROW = '(max-width: 56rem)';

/** @typedef {(typeof PANELS)[number]} Panel */

/** @param {{ page: Document }} parts */
export function createPanels({ page }) {
  const by = finder(page);
  const narrow = matchMedia(NARROW);
  /** @type {Record<Panel, HTMLElement>} */
  const grips = { list: by('grip-list'), figures: by('grip-figures') };
  by('panels').hidden = false;

  /** @param {Panel} name */
  const button = (name) => by(`panel-${name}`, HTMLButtonElement);
  /** @param {Panel} name */
  const isOpen = (name) => button(name).getAttribute('aria-expanded') === 'true';

  /**
   * @param {Panel} name
   * @param {boolean} open
   */
  function set(name, open) {
    button(name).setAttribute('aria-expanded', String(open));
    page.body.classList.toggle(`without-${name}`, !open);
    if (open && narrow.matches) for (const other of PANELS) if (other !== name) set(other, false);
  }

  /** @param {Panel} name */
  function toggle(name) {
    set(name, !isOpen(name));
    if (!narrow.matches) remember(`panel-${name}`, isOpen(name) ? 'open' : 'closed');
    else if (isOpen(name)) grips[name].focus();
  }

  /** @param {Panel} name */
  function close(name) {
    set(name, false);
    button(name).focus();
  }

  function begin() {
    for (const name of PANELS) set(name, !narrow.matches && remembered(`panel-${name}`) !== 'closed');
  }

  for (const name of PANELS) {
    button(name).addEventListener('click', () => toggle(name));
    const sheet = grips[name].parentElement;
    if (!sheet) throw new Error('A grip is part of a sheet.');
    listenToGrip({ grip: grips[name], sheet, close: () => close(name) });
    sheet.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && narrow.matches) close(name);
    });
  }
  by('list').addEventListener('click', ({ target }) => {
    if (narrow.matches && target instanceof Element && target.closest('.item-show')) close('list');
  });
  by('overview-open').addEventListener('click', () => narrow.matches && set('list', false));
  narrow.addEventListener('change', begin);
  begin();
}
