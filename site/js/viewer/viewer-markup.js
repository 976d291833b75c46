// The viewer's markup: views, opacity and marks above the stage, zoom below it; what is needed less often is behind
// "More layers". viewer.js brings it to life.

import { element } from '../ui/element.js';
import { t } from '../ui/language.js';
import { stage } from './stage-markup.js';

const MARKS = { artery_vein: t('Arteries and veins'), disc: t('Optic disc') };
const VIEWS = { photograph: t('Photograph'), overlay: t('Overlay'), vessels: t('Vessels') };
const PHOTOGRAPHS = { colour: t('in colour'), green: t('red-free'), equalised: t('contrast equalised') };
const VESSELS = { filled: t('filled'), outline: t('outline'), 'centre-lines': t('centre-lines'), probability: t('probability') };
const KINDS = { artery: t('Artery'), vein: t('Vein'), unknown: t('Unclear') };
const PANELS = { list: t('List'), figures: t('Figures') };

export function viewer() {
  return element(
    'div',
    { class: 'viewer', id: 'viewer' },
    element(
      'div',
      { class: 'controls', id: 'controls' },
      toolbar(),
      element('div', { class: 'layer-choice' }, marks(), moreLayers()),
      drawing(),
      element('p', { class: 'note', id: 'fallback', hidden: '' }),
    ),
    stage(),
    bar(),
  );
}

function toolbar() {
  const opacity = element('input', { id: 'opacity', type: 'range', min: 0, max: 100, value: 60 });
  const percent = element('output', { id: 'opacity-value', for: 'opacity' }, '60\u00a0%');
  return element(
    'div',
    { class: 'toolbar', role: 'group', 'aria-label': t('Viewer') },
    element('fieldset', { class: 'views', id: 'views' }, element('legend', { class: 'unseen' }, t('View')), ...Object.entries(VIEWS).map(choice)),
    element('label', { class: 'opacity' }, t('Opacity'), ' ', opacity, ' ', percent),
  );
}

/**
 * @param {[string, string]} view value and name
 * @param {number} i
 */
function choice([view, words], i) {
  const radio = element('input', { type: 'radio', name: 'view', value: view, ...(view === 'overlay' && { checked: '' }) });
  return element('label', {}, radio, element('span', {}, `${words} `, element('kbd', {}, String(i + 1))));
}

function moreLayers() {
  const attributes = { class: 'more-layers', id: 'more-layers', type: 'button', 'aria-expanded': 'false', 'aria-controls': 'drawing' };
  return element('button', attributes, t('More layers'));
}

/** How the photograph and its vessels are drawn, and where the vessels end. */
function drawing() {
  return element(
    'div',
    { class: 'drawing', id: 'drawing', role: 'group', 'aria-label': t('Drawing'), hidden: '' },
    menu('photograph-style', t('Photograph'), PHOTOGRAPHS),
    menu('vessel-style', t('Vessels'), VESSELS),
    element(
      'label',
      { class: 'threshold', id: 'threshold-part' },
      t('Threshold'),
      ' ',
      element('input', { id: 'threshold', type: 'range', min: 0.02, max: 0.98, step: 0.01, value: 0.5 }),
      ' ',
      element('output', { id: 'threshold-value', for: 'threshold' }),
    ),
    element('button', { id: 'threshold-reset', type: 'button', hidden: '' }, t('Reset')),
    element('label', { id: 'zones-choice', hidden: '' }, element('input', { id: 'zones', type: 'checkbox' }), ' ', t('Zones and quadrants round the disc')),
    element('label', { id: 'field-choice', hidden: '' }, element('input', { id: 'field', type: 'checkbox' }), ' ', t('Hatch outside the field of view')),
    segments(),
    element('p', { class: 'note', id: 'relabel-note', hidden: '' }, t('Switch on “Arteries and veins” to say which of them the segment is.')),
    element('p', { class: 'warning', id: 'relabel-trouble', role: 'alert', hidden: '' }),
    element('p', { class: 'note', id: 'threshold-note' }),
  );
}

function segments() {
  const step = (/** @type {string} */ id, /** @type {string} */ words, /** @type {string} */ arrow, /** @type {string} */ key) =>
    element('button', { id, type: 'button', 'aria-label': words, 'aria-keyshortcuts': key, title: `${words} (${key})`, disabled: '' }, arrow);
  return element(
    'div',
    { class: 'segments', id: 'segments-choice', hidden: '' },
    element('label', {}, element('input', { id: 'segments', type: 'checkbox' }), ' ', t('Vessel segments')),
    element('span', { class: 'steps' }, step('segment-before', t('Previous segment'), '‹', ','), step('segment-after', t('Next segment'), '›', '.')),
    relabelling(),
  );
}

/** What the chosen segment is. */
function relabelling() {
  return element(
    'span',
    { class: 'steps', id: 'relabel', role: 'group', 'aria-label': t('The chosen segment is'), hidden: '' },
    ...Object.entries(KINDS).map(([kind, words]) => element('button', { id: `relabel-${kind}`, type: 'button', 'aria-pressed': 'false' }, words)),
    element('button', { id: 'relabel-undo', type: 'button', 'aria-label': t('Undo relabelling') }, t('Undo')),
  );
}

/**
 * @param {string} id
 * @param {string} words
 * @param {Record<string, string>} choices
 */
function menu(id, words, choices) {
  return element('label', {}, `${words} `, element('select', { id }, ...Object.entries(choices).map(([value, name]) => element('option', { value }, name))));
}

/** What can be switched on beside the vessels. */
function marks() {
  return element(
    'div',
    { class: 'marks', id: 'marks', hidden: '' },
    element(
      'fieldset',
      {},
      element('legend', {}, t('Also show')),
      ...Object.entries(MARKS).map(([mark, words], i) =>
        element('label', {}, element('input', { type: 'checkbox', name: 'mark', value: mark }), ` ${words} `, element('kbd', {}, String(i + 4))),
      ),
    ),
    element('p', { class: 'warning', id: 'marks-trouble', role: 'alert', hidden: '' }),
    element('button', { id: 'marks-again', type: 'button', hidden: '' }, t('Look again')),
  );
}

/** Below the stage: zoom, and what can be put away beside it. */
function bar() {
  return element(
    'div',
    { class: 'bar-below' },
    element(
      'div',
      { class: 'zoom', role: 'group', 'aria-label': t('Zoom') },
      element('button', { id: 'zoom-out', type: 'button', 'aria-label': t('Zoom out') }, '−'),
      element('output', { id: 'zoom-level', 'aria-label': t('Enlargement') }),
      element('button', { id: 'zoom-in', type: 'button', 'aria-label': t('Zoom in') }, '+'),
      element('button', { id: 'zoom-fit', type: 'button' }, t('Fit')),
      element('button', { id: 'zoom-actual', type: 'button', title: t('A pixel of the photograph on each pixel of the screen') }, '1:1'),
      element('button', { id: 'full-screen', type: 'button', 'aria-pressed': 'false' }, t('Full screen')),
    ),
    element(
      'div',
      { class: 'panels', id: 'panels', role: 'group', 'aria-label': t('Beside the photograph'), hidden: '' },
      ...Object.entries(PANELS).map(([name, words]) => element('button', { id: `panel-${name}`, type: 'button', 'aria-expanded': 'true' }, words)),
    ),
  );
}
