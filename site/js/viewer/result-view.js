// <result-view>: the empty markup of one result, for every page that shows results. result.js and viewer.js fill it.

import { element } from '../ui/element.js';

const WARNINGS = {
  view: 'No round field of view was found, so the whole frame was searched. Check this result closely.',
  content: 'This does not look like a fundus photograph and was segmented at your request. The marked lines may not be vessels.',
  trust: 'The network expects this map to agree poorly with what a person would draw, usually because of blur, darkness or '
    + 'noise. Look closely before you use it.',
};
const HEADLINES = { trust: 'Expected agreement with a human observer' };
const FACTS = { quality: 'Quality', size: 'Size', view: 'Field of view', canvas: 'Size seen by the network', threshold: 'Probability threshold', model: 'Model' };
const MARKS = { artery_vein: 'Arteries and veins', disc: 'Optic disc' };
const LEGEND = { artery: 'Artery', vein: 'Vein', unclear: 'Vessel of unclear kind' };
const VIEWS = { photograph: 'Photograph', overlay: 'Overlay', vessels: 'Vessels' };

class ResultView extends HTMLElement {
  connectedCallback() {
    if (this.childElementCount) return;
    this.append(
      element('h2', { id: 'result-title', tabindex: '-1' }),
      ...Object.entries(WARNINGS).map(([name, words]) => element('p', { class: 'warning', id: `warning-${name}`, hidden: '' }, words)),
      element('p', { class: 'warning', id: 'no-measurements', role: 'alert', hidden: '' }),
      findings(),
      element(
        'details',
        { class: 'more', id: 'more-measurements', hidden: '' },
        element('summary', {}, 'More measurements'),
        element('div', { id: 'measurement-groups' }),
      ),
      element('div', { class: 'viewer', id: 'viewer' }, toolbar(), marks(), element('p', { class: 'note', id: 'fallback', hidden: '' }), stage()),
      downloads(),
    );
  }
}

function findings() {
  return element(
    'div',
    { class: 'findings' },
    preview('preview-original', 'Photograph', 'The photograph at 128 by 128 pixels'),
    preview('preview-prediction', 'Vessel map', 'The vessel map at 128 by 128 pixels'),
    element('dl', { id: 'facts', class: 'facts' }, ...facts(HEADLINES, { class: 'headline' }), ...facts(FACTS, {})),
  );
}

/**
 * @param {string} id
 * @param {string} caption
 * @param {string} alt
 */
function preview(id, caption, alt) {
  return element('figure', {}, element('img', { id, alt, width: 128, height: 128 }), element('figcaption', {}, caption));
}

/**
 * @param {Record<string, string>} names
 * @param {Record<string, string>} attributes
 */
function facts(names, attributes) {
  return Object.entries(names).map(([name, words]) =>
    element('div', attributes, element('dt', {}, words), element('dd', { id: `fact-${name}` })),
  );
}

function toolbar() {
  const opacity = element('input', { id: 'opacity', type: 'range', min: 0, max: 100, value: 60 });
  const percent = element('output', { id: 'opacity-value', for: 'opacity' }, '60 %');
  return element(
    'div',
    { class: 'toolbar', role: 'group', 'aria-label': 'Viewer' },
    element('fieldset', { class: 'views', id: 'views' }, element('legend', { class: 'unseen' }, 'View'), ...Object.entries(VIEWS).map(choice)),
    element('label', { class: 'opacity' }, 'Opacity ', opacity, ' ', percent),
    element(
      'div',
      { class: 'zoom', role: 'group', 'aria-label': 'Zoom' },
      element('button', { id: 'zoom-out', type: 'button', 'aria-label': 'Zoom out' }, '−'),
      element('output', { id: 'zoom-level', 'aria-label': 'Enlargement' }),
      element('button', { id: 'zoom-in', type: 'button', 'aria-label': 'Zoom in' }, '+'),
      element('button', { id: 'zoom-fit', type: 'button' }, 'Fit'),
      element('button', { id: 'zoom-actual', type: 'button', title: 'A pixel of the photograph on each pixel of the screen' }, '1:1'),
      element('button', { id: 'full-screen', type: 'button', 'aria-pressed': 'false' }, 'Full screen'),
    ),
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

/** What can be switched on beside the vessels, and what its colours mean. */
function marks() {
  const swatch = (/** @type {string} */ name) => element('span', { class: `swatch ${name}`, 'aria-hidden': 'true' });
  return element(
    'div',
    { class: 'marks', id: 'marks', hidden: '' },
    element(
      'fieldset',
      {},
      element('legend', {}, 'Also show'),
      ...Object.entries(MARKS).map(([mark, words], i) =>
        element('label', {}, element('input', { type: 'checkbox', name: 'mark', value: mark }), ` ${words} `, element('kbd', {}, String(i + 4))),
      ),
    ),
    element(
      'ul',
      { class: 'legend', id: 'legend', 'aria-label': 'Legend', hidden: '' },
      ...Object.entries(LEGEND).map(([name, words]) => element('li', { class: 'of-kinds' }, swatch(name), words)),
      element('li', { id: 'legend-disc' }, swatch('disc'), 'Rim of the optic disc'),
    ),
    element('p', { class: 'note', id: 'marks-status', role: 'status' }),
    element('p', { class: 'warning', id: 'marks-trouble', role: 'alert', hidden: '' }),
    element('button', { id: 'marks-again', type: 'button', hidden: '' }, 'Look again'),
  );
}

function stage() {
  return element(
    'div',
    { class: 'stage', id: 'stage', tabindex: 0, role: 'group', 'aria-label': 'The photograph with its vessels', 'data-view': 'overlay' },
    element(
      'div',
      { class: 'layers', id: 'layers' },
      element('img', { id: 'layer-photograph', alt: 'The photograph' }),
      element('div', { class: 'vessels', id: 'layer-vessels', role: 'img', 'aria-label': 'Its vessels' }),
      element('img', { id: 'layer-kinds', alt: 'Its arteries and veins in two colours', hidden: '' }),
      element('div', { id: 'layer-disc' }),
      element('img', { id: 'layer-overlay', alt: 'The photograph with its vessels, drawn by the server' }),
    ),
  );
}

function downloads() {
  return element(
    'div',
    { class: 'downloads' },
    element('a', { class: 'button primary', id: 'download-mask' }, 'Vessel mask (PNG)'),
    element('button', { class: 'primary', id: 'download-overlay', type: 'button' }, 'Overlay (PNG)'),
    element('button', { id: 'download-kinds', type: 'button', hidden: '' }, 'Arteries and veins (PNG)'),
    element('span', { class: 'note', id: 'download-note' }),
  );
}

customElements.define('result-view', ResultView);
