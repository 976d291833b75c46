// The markup of two visits side by side: ways to compare them, two stages with captions, and what the colours mean.

import { element, the } from '../ui/element.js';

const MODES = { side: 'Side by side', flicker: 'Flicker', difference: 'Difference' };
const LEGEND = { first: 'only in the earlier', both: 'in both', second: 'only in the later' };

export function pairMarkup() {
  const root = element(
    'div',
    { class: 'pair-view', 'data-mode': 'side' },
    element(
      'div',
      { class: 'pair-bar' },
      element(
        'fieldset',
        { class: 'views pair-modes' },
        element('legend', { class: 'unseen' }, 'Way to compare'),
        ...Object.entries(MODES).map(([value, words]) =>
          element(
            'label',
            {},
            element('input', { type: 'radio', name: 'pair-mode', value, ...(value === 'side' ? { checked: '' } : { disabled: '' }) }),
            element('span', {}, words),
          ),
        ),
      ),
      element('label', { class: 'pair-vessels' }, element('input', { type: 'checkbox', checked: '' }), ' Vessels'),
      element(
        'div',
        { class: 'pair-flicker', role: 'group', 'aria-label': 'Flicker', hidden: '' },
        element('button', { type: 'button', class: 'pair-play', 'aria-pressed': 'false' }, 'Play'),
        element('button', { type: 'button', class: 'pair-swap' }, 'Show the other ', element('kbd', {}, 'X')),
      ),
      element(
        'div',
        { class: 'zoom', role: 'group', 'aria-label': 'Zoom of both photographs' },
        element('button', { type: 'button', class: 'pair-out', 'aria-label': 'Zoom out' }, '−'),
        element('output', { class: 'pair-level', 'aria-label': 'Enlargement' }),
        element('button', { type: 'button', class: 'pair-in', 'aria-label': 'Zoom in' }, '+'),
        element('button', { type: 'button', class: 'pair-whole' }, 'Fit'),
      ),
    ),
    element('p', { class: 'note pair-status', role: 'status' }),
    element('div', { class: 'pair-panes' }, pane(), pane()),
    element(
      'div',
      { class: 'pair-legend', hidden: '' },
      element(
        'ul',
        { class: 'legend', 'aria-label': 'Legend' },
        ...Object.entries(LEGEND).map(([name, words]) =>
          element('li', {}, element('span', { class: `swatch pair-${name}`, 'aria-hidden': 'true' }), element('span', { class: `count-${name}` }), ` ${words}`),
        ),
      ),
      element('p', { class: 'note pair-tolerance' }),
    ),
  );
  const [left, right] = root.querySelectorAll('figure');
  return {
    root,
    modes: [...root.querySelectorAll('input')].filter(({ type }) => type === 'radio'),
    vessels: the(root, '.pair-vessels input', HTMLInputElement),
    flicker: the(root, '.pair-flicker'),
    play: the(root, '.pair-play', HTMLButtonElement),
    swap: the(root, '.pair-swap', HTMLButtonElement),
    closer: the(root, '.pair-in'),
    further: the(root, '.pair-out'),
    whole: the(root, '.pair-whole'),
    level: the(root, '.pair-level'),
    status: the(root, '.pair-status'),
    figures: [left, right],
    stages: [left, right].map((figure) => the(figure, '.pair-stage')),
    captions: [left, right].map((figure) => the(figure, 'figcaption')),
    legend: the(root, '.pair-legend'),
    tolerance: the(root, '.pair-tolerance'),
    counts: /** @type {Record<string, HTMLElement>} */ (Object.fromEntries(Object.keys(LEGEND).map((name) => [name, the(root, `.count-${name}`)]))),
  };
}

function pane() {
  return element('figure', {}, element('div', { class: 'stage pair-stage', tabindex: 0, role: 'group' }), element('figcaption'));
}
