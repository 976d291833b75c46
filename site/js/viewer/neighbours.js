// The photographs before and after the one that is shown: the keys N and P open them, as a click in the list would.

import { isTyping } from '../ui/typing.js';

/** @type {Record<string, number>} */
const STEPS = { n: 1, p: -1 };

/** @param {HTMLElement} list whose photographs have an element .item-show each */
export function listenForNeighbours(list) {
  document.addEventListener('keydown', (event) => {
    const step = STEPS[event.key.toLowerCase()];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector('dialog[open]')) return;
    const shown = /** @type {HTMLElement[]} */ ([...list.querySelectorAll('.item-show:not(:disabled)')]);
    const current = shown.findIndex((each) => each.hasAttribute('aria-current'));
    if (current >= 0) shown[current + step]?.click();
  });
}
