// Tools that cannot be used on a photograph stay where they are and say why: the reason is the button's description, and a tap, a
// click or its key puts it where the tools tell what they find.

import { finder } from '../ui/element.js';
import { t } from '../ui/language.js';

/** @import { Result } from '../files/segmentation.js' */
/** @import { Tool } from './tools.js' */

/**
 * @param {HTMLButtonElement} button
 * @param {string | null} reason a sentence, or null if the tool can be used
 */
export function setReason(button, reason) {
  if (reason === null) button.removeAttribute('aria-disabled');
  else button.setAttribute('aria-disabled', 'true');
  button.title = reason ?? '';
}

/**
 * Says why a tool cannot be used, on the page and aloud; returns whether there was something to say.
 * @param {ParentNode} page
 * @param {HTMLButtonElement} button
 */
export function tellReason(page, button) {
  if (button.getAttribute('aria-disabled') !== 'true') return false;
  const by = finder(page);
  const [readout, spoken] = [by('readout'), by('readout-spoken')];
  readout.hidden = false;
  readout.replaceChildren(Object.assign(document.createElement('span'), { textContent: button.title }));
  spoken.textContent = '';
  setTimeout(() => (spoken.textContent = button.title), 100); // the same sentence is read out again, too
  return true;
}

/**
 * Why a tool cannot be used on a result, or null.
 * @param {Tool} tool
 * @param {Pick<Result, 'urls' | 'look'>} result
 */
export function reasonAgainst(tool, { urls, look }) {
  if (tool === 'wipe' && !urls.photograph) return t('This browser cannot show the photograph itself, so there is nothing to wipe.');
  if (tool === 'probability' && !look) return t('There are no probabilities for this result.');
  return null;
}
