// The markup of two visits side by side: ways to compare them, two stages with captions, and what the colours mean.

import { element, the } from '../ui/element.js';
import { t } from '../ui/language.js';

const MODES = { side: t('Side by side'), flicker: t('Flicker'), difference: t('Difference') };
const LEGEND = { first: t('only in the earlier'), both: t('in both'), second: t('only in the later') };

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
        element('legend', { class: 'unseen' }, t('Way to compare')),
        ...Object.entries(MODES).map(([value, words]) =>
          element(
            'label',
            {},
            element('input', { type: 'radio', name: 'pair-mode', value, ...(value === 'side' ? { checked: '' } : { disabled: '', 'aria-busy': 'true' }) }),
            element('span', {}, words),
          ),
        ),
      ),
      element('label', { class: 'pair-vessels' }, element('input', { type: 'checkbox', checked: '' }), ` ${t('Vessels')}`),
      element(
        'div',
        { class: 'pair-flicker', role: 'group', 'aria-label': t('Flicker'), hidden: '' },
        element('button', { type: 'button', class: 'pair-play', 'aria-pressed': 'false' }, t('Play')),
        element('button', { type: 'button', class: 'pair-swap' }, `${t('Show the other')} `, element('kbd', {}, 'X')),
      ),
      element(
        'div',
        { class: 'zoom', role: 'group', 'aria-label': t('Zoom of both photographs') },
        element('button', { type: 'button', class: 'pair-out', 'aria-label': t('Zoom out') }, '−'),
        element('output', { class: 'pair-level', 'aria-label': t('Enlargement') }),
        element('button', { type: 'button', class: 'pair-in', 'aria-label': t('Zoom in') }, '+'),
        element('button', { type: 'button', class: 'pair-whole' }, t('Fit')),
      ),
    ),
    element('p', { class: 'note pair-status', role: 'status' }),
    element(
      'div',
      { class: 'pair-legend', hidden: '' },
      element(
        'ul',
        { class: 'legend', 'aria-label': t('Legend') },
        ...Object.entries(LEGEND).map(([name, words]) =>
          element('li', {}, element('span', { class: `swatch pair-${name}`, 'aria-hidden': 'true' }), element('span', { class: `count-${name}` }), ` ${words}`),
        ),
      ),
      element('p', { class: 'note pair-tolerance' }),
    ),
    element('div', { class: 'pair-panes' }, pane(), pane()),
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
