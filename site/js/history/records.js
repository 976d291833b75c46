// The list of saved photographs that match the filters, a page at a time, latest first. Each links to its record.

import { measurementList } from '../api/about.js';
import { ask } from '../api/requests.js';
import { dayOf } from '../ui/dates.js';
import { titleOf } from './details.js';
import { element, finder, markCurrent, the } from '../ui/element.js';
import { createNewest } from '../ui/newest.js';
import { PREDICTIONS } from './saved-layers.js';
import { createThumbnails } from './thumbnails.js';
import { valueIn } from '../ui/measurements.js';
import { locale, plural, t } from '../ui/language.js';

/** @import { HistoryPage, MeasurementDescription, SavedPrediction } from 'openapi' */
/** @import { Attempt } from '../ui/trouble.js' */

const letterOf = (/** @type {string} */ word) => word.charAt(0).toUpperCase();
const MARKS = { left: letterOf(t('left')), right: letterOf(t('right')), unknown: '?' };

/** @param {{ page: ParentNode, attempt: Attempt, announce: (words: string) => void }} parts */
export function createRecords({ page, attempt, announce }) {
  const by = finder(page);
  const button = by('more', HTMLButtonElement);
  const thumbnails = createThumbnails();
  /** @type {Map<string, HTMLAnchorElement>} */
  const links = new Map();
  /** @type {Record<string, string>} */
  let query = {}; // what the list answers
  const newest = createNewest();
  /** @type {string | null} */
  let next = null;
  /** @type {MeasurementDescription[]} empty if they could not be fetched, which the page reports */
  let measurements = [];

  /**
   * Starts again from the first page.
   * @param {Record<string, string>} filters
   */
  async function load(filters) {
    /** @type {Promise<HistoryPage>} */
    const asked = ask(address(filters));
    const answers = await newest(Promise.all([asked, measurementList().catch(() => [])]));
    if (!answers) return;
    query = filters;
    const [found, list] = answers;
    measurements = list;
    links.clear();
    thumbnails.clear();
    by('list').replaceChildren();
    by('subjects').replaceChildren();
    append(found);
    announce(found.predictions.length ? plural(found.predictions.length, '{n} photograph found.', '{n} photographs found.') : the(by('nothing'), 'p:not([hidden])').textContent);
  }

  async function more() {
    const { length } = by('list').children;
    const extended = query;
    /** @type {HistoryPage} */
    const found = await ask(address(query, next));
    if (query !== extended) return; // the list answers another search by now
    append(found);
    if (found.predictions.length) the(by('list').children[length], 'a').focus();
    announce(plural(found.predictions.length, '{n} photograph more.', '{n} photographs more.'));
  }

  /** @param {HistoryPage} found */
  function append(found) {
    next = found.next;
    by('list').append(...found.predictions.map(item));
    for (const { subject } of found.predictions) suggest(subject);
    look();
  }

  function look() {
    const filtered = Object.keys(query).length > 0;
    button.hidden = !next;
    by('list').hidden = links.size === 0;
    by('empty').hidden = links.size > 0 || !filtered;
    by('first-steps').hidden = links.size > 0 || filtered;
    by('export', HTMLButtonElement).hidden = links.size === 0 && !filtered;
    by('placeholder').classList.toggle('unused', links.size === 0);
    by('list-note').hidden = links.size < 2;
    by('summary').textContent = links.size ? countOf(links.size, next !== null) : '';
  }

  /** @param {SavedPrediction} record */
  function item(record) {
    const link = element(
      'a',
      { class: 'item-show', href: `#${record.id}` },
      element('span', { class: 'item-mark', 'data-eye': MARKS[record.eye], 'aria-hidden': 'true' }),
      element(
        'span',
        { class: 'item-words' },
        element('span', { class: 'item-name' }),
        element('span', { class: 'item-state' }),
        element('span', { class: 'item-state item-file' }),
      ),
    );
    thumbnails.watch(the(link, '.item-mark'), record);
    links.set(record.id, link);
    fillIn(link, record);
    return element('li', { class: 'item' }, link);
  }

  /**
   * @param {HTMLAnchorElement} link
   * @param {SavedPrediction} record
   */
  function fillIn(link, record) {
    the(link, '.item-mark').dataset.eye = MARKS[record.eye];
    the(link, '.item-name').textContent = titleOf(record);
    const values = measurements.slice(0, 1).map((first) => valueIn(first, record.measurements));
    the(link, '.item-state').textContent = [dayOf(record.day), ...values, record.correction && t('corrected')].filter(Boolean).join(', ');
    the(link, '.item-file').textContent = record.file_name ?? '';
    for (const name of ['.item-name', '.item-file']) the(link, name).title = the(link, name).textContent; // the list shows only the beginning of a long one
  }

  /**
   * Adds a subject label to the filter's suggestions.
   * @param {string | null} subject
   */
  function suggest(subject) {
    const known = [...by('subjects', HTMLDataListElement).options].some((option) => option.value === subject);
    if (subject && !known) by('subjects').append(element('option', { value: subject }));
  }

  /** @param {SavedPrediction} record */
  function change(record) {
    const link = links.get(record.id);
    if (link) fillIn(link, record);
    suggest(record.subject);
  }

  /** @param {string} id */
  function drop(id) {
    links.get(id)?.closest('li')?.remove();
    links.delete(id);
    look();
  }

  /** @param {string} id */
  function mark(id) {
    for (const [other, link] of links) markCurrent(link, other === id);
  }

  button.addEventListener('click', () => void attempt(more, button));
  return { load, change, drop, mark };
}

/**
 * @param {Record<string, string>} filters
 * @param {string | null} cursor
 */
function address(filters, cursor = null) {
  return `${PREDICTIONS}?${new URLSearchParams({ ...filters, ...(cursor && { cursor }) })}`;
}

/**
 * @param {number} count
 * @param {boolean} more whether there are more
 */
function countOf(count, more) {
  const number = count.toLocaleString(locale);
  return more ? t('{number}, more below', { number }) : number;
}
