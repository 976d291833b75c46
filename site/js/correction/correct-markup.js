// The controls of the correction, which take the place of the tools on the photograph.

import { element } from '../ui/element.js';
import { t } from '../ui/language.js';

const HANDS = /** @type {const} */ ([['brush', t('Brush'), 'B'], ['eraser', t('Eraser'), 'E']]);
export const SIZES = { least: 1, most: 99, first: 9 };

export function correctControls() {
  return element(
    'div',
    { class: 'correct', id: 'correct', role: 'group', 'aria-label': t('Correct the vessels'), hidden: '' },
    element(
      'fieldset',
      { class: 'views' },
      element('legend', { class: 'unseen' }, t('Paint with')),
      ...HANDS.map(([name, words, key], i) =>
        element('label', {}, element('input', { type: 'radio', name: 'hand', id: `hand-${name}`, 'aria-keyshortcuts': key, ...(!i && { checked: '' }) }), element('span', {}, words))),
    ),
    element(
      'label',
      { class: 'correct-size' },
      t('Size'),
      ' ',
      element('input', { id: 'brush-size', type: 'range', min: SIZES.least, max: SIZES.most, step: 2, value: SIZES.first, 'aria-keyshortcuts': '[ ]' }),
      ' ',
      element('output', { id: 'brush-size-value', for: 'brush-size' }),
    ),
    element('div', { class: 'correct-steps' }, button('correct-undo', t('Undo'), 'Control+Z'), button('correct-redo', t('Redo'), 'Control+Shift+Z')),
    element('button', { id: 'correct-model', type: 'button', 'aria-pressed': 'false' }, t('Show the model’s')),
    button('correct-discard', t('Discard')),
    element('p', { class: 'correct-words', id: 'correct-words' }),
    element('p', { class: 'unseen', id: 'correct-spoken', role: 'status' }),
    element('p', { class: 'warning', id: 'correct-trouble', role: 'alert', hidden: '' }),
    element('button', { id: 'correct-again', type: 'button', hidden: '' }, t('Try again')),
    button('correct-measure', t('Measure again')),
    element('button', { id: 'correct-done', type: 'button', class: 'primary' }, t('Done')),
  );
}

/**
 * @param {string} id
 * @param {string} words
 * @param {string} [key]
 */
function button(id, words, key) {
  return element('button', { id, type: 'button', disabled: '', ...(key && { 'aria-keyshortcuts': key }) }, words);
}
