// <result-view>: the empty markup of one result, for every page that shows results. result.js and viewer.js fill it.

import { element } from '../ui/element.js';
import { t, tNodes } from '../ui/language.js';
import { viewer } from './viewer-markup.js';

const WARNINGS = {
  view: t('No round field of view was found, so the whole frame was searched. Check this result closely.'),
  content: t('This does not look like a fundus photograph and was segmented at your request. The marked lines may not be vessels.'),
  trust: t('The network expects this map to agree poorly with what a person would draw, usually because of blur, darkness or '
    + 'noise. Look closely before you use it.'),
};
const BY_THRESHOLD = t('“By threshold” is the value if a pixel needed a little less, or a little more, certainty to count as vessel. '
  + 'It shows how much a value depends on the threshold, and is no confidence interval.');
const FACTS = { size: t('Size'), view: t('Field of view'), canvas: t('Size seen by the network'), threshold: t('Probability threshold'), model: t('Model') };

class ResultView extends HTMLElement {
  connectedCallback() {
    if (this.childElementCount) return;
    this.append(viewer(), figures());
  }
}

/** What is said about the result: its title, warnings, facts, measurements and downloads. */
function figures() {
  return element(
    'div',
    { class: 'figures', id: 'figures', role: 'region', 'aria-labelledby': 'result-title' },
    element('button', { class: 'grip', id: 'grip-figures', type: 'button', 'aria-label': t('Close the figures') }),
    element('h2', { id: 'result-title', tabindex: '-1' }),
    ...Object.entries(WARNINGS).map(([name, words]) => element('p', { class: 'warning', id: `warning-${name}`, hidden: '' }, words)),
    element('p', { class: 'warning', id: 'no-measurements', role: 'alert', hidden: '' }),
    trust(),
    findings(),
    element(
      'details',
      { class: 'more', id: 'more-measurements', hidden: '' },
      element('summary', {}, t('More measurements')),
      element('p', { class: 'note', id: 'intervals-status', role: 'status' }),
      element('p', { class: 'warning', id: 'intervals-trouble', role: 'alert', hidden: '' }),
      element('button', { id: 'intervals-again', type: 'button', hidden: '' }, t('Try again')),
      element('p', { class: 'note', id: 'intervals-note', hidden: '' }, BY_THRESHOLD),
      element('div', { id: 'measurement-groups' }),
    ),
    downloads(),
  );
}

/** How far to trust it: in words, with the numbers a click away. */
function trust() {
  return element(
    'section',
    { class: 'trust', 'aria-label': t('How far to trust this result') },
    element('p', { class: 'match', id: 'match' }),
    element('p', { id: 'corrected-words', hidden: '' }),
    element('button', { id: 'corrected-model', type: 'button', 'aria-pressed': 'false', hidden: '' }, t('Show the model’s vessels')),
    element('p', {}, ...tNodes('Quality of the photograph: {quality}', { quality: element('span', { id: 'fact-quality' }) })),
    element(
      'details',
      { class: 'more' },
      element('summary', {}, t('In numbers')),
      element('p', {}, ...tNodes('Expected agreement with a human observer: {agreement}', { agreement: element('strong', { id: 'fact-trust' }) })),
      element('p', { class: 'note' }, t('Dice is 1 where two vessel maps are the same and 0 where they have nothing in common. Two people who draw the vessels of '
        + 'the same photograph reach about 0.8. The range contains the true value nine times out of ten.')),
    ),
  );
}

function findings() {
  return element(
    'div',
    { class: 'findings' },
    preview('preview-original', t('Photograph'), t('The photograph at 128 by 128 pixels')),
    preview('preview-prediction', t('Vessel map'), t('The vessel map at 128 by 128 pixels')),
    element('dl', { id: 'facts', class: 'facts' }, ...facts(FACTS, {})),
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

function downloads() {
  return element(
    'div',
    { class: 'downloads' },
    element('a', { class: 'button primary', id: 'download-mask' }, t('Vessel mask (PNG)')),
    element('button', { class: 'primary', id: 'download-overlay', type: 'button' }, t('Overlay (PNG)')),
    element('button', { id: 'report-open', type: 'button' }, t('Report')),
    element('button', { id: 'download-kinds', type: 'button', hidden: '' }, t('Arteries and veins (PNG)')),
    element('span', { class: 'note', id: 'download-note' }),
  );
}

customElements.define('result-view', ResultView);
