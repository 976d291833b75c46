// The markup of the stage: the photograph with its layers, the tools on it, what they tell, and what the colours mean.

import { correctControls } from '../correction/correct-markup.js';
import { drawn, element } from '../ui/element.js';
import { t } from '../ui/language.js';

const LEGEND = { artery: t('Artery'), vein: t('Vein'), unclear: t('Vessel of unclear kind') };
/** @type {[string, string, string, string][]} name, words, key, and the path of its icon on 16 by 16 */
const TOOLS = [
  ['wipe', t('Wipe'), 'W', 'M8 1v14M5.5 5.5 3 8l2.5 2.5M10.5 5.5 13 8l-2.5 2.5'],
  ['loupe', t('Loupe'), 'L', 'M7 2a5 5 0 1 0 0 10A5 5 0 0 0 7 2zM10.6 10.6 14.5 14.5'],
  ['probability', t('Probability'), 'V', 'M8 1v4.5M8 10.5V15M1 8h4.5M10.5 8H15'],
  ['distance', t('Distance'), 'D', 'M2 14 14 2M1 11l4 4M11 1l4 4'],
];
const BRUSH = 'M14 2 7 9M7 9c-2-1-4 0-4 2.5 0 1-.5 2-1.5 2.5 3 .8 6.5 0 6.5-3z';

export function stage() {
  return element(
    'div',
    { class: 'stage-place' },
    tools(),
    correctControls(),
    picture(),
    element(
      'div',
      { class: 'stage-words' },
      element('p', { class: 'stage-status', id: 'stage-status', hidden: '' }, t('Segmenting…')),
      element('p', { class: 'readout', id: 'readout', hidden: '' }),
      element('p', { class: 'unseen', id: 'readout-spoken', role: 'status' }),
      element('p', { class: 'readout', id: 'segment-words', role: 'status' }),
      element('p', { class: 'marks-status', id: 'marks-status', role: 'status' }),
      legend(),
    ),
  );
}

function tools() {
  const attributes = (/** @type {string} */ name, /** @type {string} */ key) => ({ id: `tool-${name}`, type: 'button', 'aria-pressed': 'false', 'aria-keyshortcuts': key });
  return element(
    'div',
    { class: 'tools', id: 'tools', role: 'group', 'aria-label': t('Tools'), hidden: '' },
    ...TOOLS.map(([name, words, key, path]) =>
      element('button', attributes(name, key), icon(path), words, element('kbd', { 'aria-hidden': 'true' }, key)),
    ),
    element('button', { id: 'tool-correct', type: 'button', 'aria-keyshortcuts': 'C' }, icon(BRUSH), t('Correct'), element('kbd', { 'aria-hidden': 'true' }, 'C')),
  );
}

/** @param {string} path */
function icon(path) {
  return drawn('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, drawn('path', { d: path }));
}

/** Those with the class `under` are the photograph, the others lie over it. */
function picture() {
  return element(
    'div',
    { class: 'stage', id: 'stage', tabindex: 0, role: 'group', 'aria-label': t('The photograph with its vessels'), 'data-view': 'overlay' },
    element(
      'div',
      { class: 'layers', id: 'layers' },
      element('img', { class: 'under', id: 'layer-photograph', alt: t('The photograph') }),
      element('canvas', { class: 'under', id: 'layer-grey', role: 'img', 'aria-label': t('The photograph in grey'), hidden: '' }),
      element('canvas', { class: 'vessels', id: 'layer-vessels', role: 'img', 'aria-label': t('Its vessels') }),
      element('canvas', { class: 'vessels', id: 'layer-correction', role: 'img', 'aria-label': t('Its vessels as they are corrected') }),
      element('img', { id: 'layer-kinds', alt: t('Its arteries and veins in two colours'), hidden: '' }),
      element('img', { id: 'layer-field', alt: t('Where vessels were not looked for'), hidden: '' }),
      element('div', { id: 'layer-disc' }),
      element('img', { id: 'layer-overlay', alt: t('The photograph with its vessels, drawn by the server') }),
      element('div', { id: 'layer-zones' }),
      element('div', { id: 'layer-segments' }),
      element('div', { id: 'layer-distance' }),
    ),
    element('div', { class: 'crosshair', id: 'crosshair', 'aria-hidden': 'true', hidden: '' }),
    element('div', { class: 'brush-ring', id: 'brush-ring', 'aria-hidden': 'true', hidden: '' }),
    element(
      'label',
      { class: 'wipe', id: 'wipe', hidden: '' },
      element('span', { class: 'unseen' }, t('Divider between the photograph and its layers')),
      element('input', { class: 'unseen', id: 'wipe-at', type: 'range', min: 0, max: 100, step: 'any', value: 50 }),
      element('span', { class: 'wipe-handle', 'aria-hidden': 'true' }),
    ),
    element(
      'div',
      { class: 'loupe', id: 'loupe', 'aria-hidden': 'true', hidden: '' },
      element('canvas', { id: 'loupe-picture' }),
      element('div', { id: 'loupe-drawings' }),
    ),
  );
}

function legend() {
  const swatch = (/** @type {string} */ name) => element('span', { class: `swatch ${name}`, 'aria-hidden': 'true' });
  return element(
    'ul',
    { class: 'legend', id: 'legend', 'aria-label': t('Legend'), hidden: '' },
    ...Object.entries(LEGEND).map(([name, words]) => element('li', { class: 'of-kinds' }, swatch(name), words)),
    element('li', { id: 'legend-disc' }, swatch('disc'), t('Rim of the optic disc')),
  );
}
