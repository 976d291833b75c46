// The report of the result that is shown: a page to print or to save as PDF, with photograph, vessels, figures and what
// they were made with. It takes the place of everything else until it is closed.

import { measurementList } from '../api/about.js';
import { element, finder } from '../ui/element.js';
import { plural, t } from '../ui/language.js';
import { createTrouble } from '../ui/trouble.js';
import { lacksIntervals } from '../viewer/measurement-intervals.js';
import { vesselsOver } from './report-picture.js';
import { factsOf, rowsOf, unmeasured } from './report-words.js';

/** @import { MeasurementDescription as Measurement } from 'openapi' */
/** @import { Result } from '../files/segmentation.js' */

const NOT_FOR_DIAGNOSIS = t('For research and education. Not a medical device, not for diagnosis.');
const HEADS = [t('Measurement'), t('Value'), t('By threshold'), t('Definition')];
const BY_THRESHOLD = t('“By threshold” is the value if a pixel needed a little less, or a little more, certainty to count as vessel; it is no '
  + 'confidence interval. Definitions in full are on the page and in the documentation of the API.');

/** @param {{ page: Document, shown: () => Result | null, vessel: () => string }} parts `vessel` is the colour of vessels, #rrggbb */
export function createReport({ page, shown, vessel }) {
  const button = finder(page)('report-open', HTMLButtonElement);
  const place = element('main', { class: 'report', id: 'report', 'aria-labelledby': 'report-title' });
  const trouble = element('p', { class: 'warning', role: 'alert', hidden: '' });
  const { attempt } = createTrouble(trouble);
  let scrolled = 0;
  let stop = new AbortController();
  /** @type {string | null} */
  let picture = null;
  async function open() {
    const result = shown();
    if (!result) return;
    stop = new AbortController();
    scrolled = scrollY;
    page.body.classList.add('reporting');
    page.body.append(place);
    const status = element('span', { class: 'note', role: 'status' }, t('Preparing…'));
    const title = element('h1', { id: 'report-title', tabindex: '-1' }, result.name);
    place.replaceChildren(actions(status), trouble, head(title));
    scrollTo(0, 0);
    title.focus();
    const { signal } = stop;
    await attempt(() => fill(result, status, signal));
    if (!signal.aborted) status.textContent = '';
  }

  /**
   * @param {Result} result
   * @param {HTMLElement} status
   * @param {AbortSignal} signal
   */
  async function fill(result, status, signal) {
    const { photograph, mask, overlay } = result.urls;
    const list = await measurementList();
    const drawn = photograph ? await vesselsOver(photograph, mask, vessel()) : null;
    if (signal.aborted) return;
    if (drawn) picture = URL.createObjectURL(drawn);
    const table = element('div', {}, tableOf(result, list));
    place.append(picturesOf(photograph ?? result.urls.original, picture ?? overlay ?? mask, vesselsOf(result)), table, facts(result));
    if (!lacksIntervals(result)) return;
    status.textContent = t('Measuring at other thresholds…');
    try {
      await result.measureAround?.({ signal, pausing: (seconds) => (status.textContent = t('The server is busy. Trying again in {seconds} s…', { seconds })) });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    if (signal.aborted) return;
    table.replaceChildren(tableOf(result, list));
    finder(page)('more-measurements').dispatchEvent(new Event('measured'));
  }

  function close() {
    stop.abort();
    if (picture) URL.revokeObjectURL(picture);
    picture = null;
    place.remove();
    place.replaceChildren();
    page.body.classList.remove('reporting');
    scrollTo(0, scrolled);
    button.focus({ preventScroll: true });
  }

  /** @param {HTMLElement} status */
  function actions(status) {
    const [print, back] = [t('Print or save as PDF'), t('Close')].map((words) => element('button', { type: 'button' }, words));
    print.classList.add('primary');
    print.addEventListener('click', () => globalThis.print());
    back.addEventListener('click', close);
    return element('div', { class: 'report-actions' }, print, back, status);
  }

  button.addEventListener('click', () => void open());
  page.addEventListener('keydown', (event) => {
    if (!place.isConnected) return;
    if (event.key === 'Escape') close();
    event.stopPropagation(); // the keys of the viewer have nothing to do here
  }, { capture: true });
  return { close };
}

/** @param {HTMLElement} title */
function head(title) {
  return element('div', { class: 'report-head' }, title, element('p', { class: 'report-disclaimer' }, NOT_FOR_DIAGNOSIS));
}

/**
 * @param {string} photograph
 * @param {string} vessels
 * @param {string} caption of the vessels
 */
function picturesOf(photograph, vessels, caption) {
  const figure = (/** @type {string} */ src, /** @type {string} */ words) => element('figure', {}, element('img', { src, alt: words }), element('figcaption', {}, words));
  return element('div', { class: 'report-pictures' }, figure(photograph, t('The photograph')), figure(vessels, caption));
}

/**
 * @param {Result} result
 * @param {Measurement[]} list
 */
function tableOf(result, list) {
  const rows = rowsOf(result, list).map(([name, ...cells]) => element('tr', {}, element('th', { scope: 'row' }, name), ...cells.map((text) => element('td', {}, text))));
  const heads = element('tr', {}, ...HEADS.map((words) => element('th', { scope: 'col' }, words)));
  const left = unmeasured(result, list);
  const without = plural(
    left,
    '{n} further measurement has no value here: some need arteries, veins, the optic disc or the size of a pixel.',
    '{n} further measurements have no value here, such as those that need arteries, veins, the optic disc or the size of a pixel.',
  );
  const note = left ? `${BY_THRESHOLD} ${without}` : BY_THRESHOLD;
  return element('div', {}, element('table', {}, element('thead', {}, heads), element('tbody', {}, ...rows)), element('p', { class: 'note' }, note));
}

/** @param {Result} result */
function vesselsOf({ correction }) {
  return correction ? t('The photograph with the vessels as a person corrected them') : t('The photograph with the vessels that were found');
}

/** @param {Result} result */
function facts({ answer, correction }) {
  const rows = factsOf(answer, new Date(), correction).flatMap(([name, words]) => [element('dt', {}, name), element('dd', {}, words)]);
  return element('dl', {}, ...rows);
}
