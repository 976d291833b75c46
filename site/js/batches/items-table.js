// The photographs of a batch as a table, a hundred per page, each with its state and its result or the reason it
// failed. Rows are updated in place, so that users keep their place. The table only fetches data when asked to.

import { measurementList } from '../api/about.js';
import { ask } from '../api/requests.js';
import { element, finder } from '../ui/element.js';
import { showPictures } from './pictures.js';
import { matchOf } from '../ui/match.js';
import { labelled } from '../ui/measurements.js';
import { locale, ofService, t } from '../ui/language.js';

/** @import { BatchResponse, BatchItem, BatchItems, Findings, MeasurementDescription } from 'openapi' */
/** @import { Attempt } from '../ui/trouble.js' */
/** @import { Match } from '../ui/match.js' */
/** @import { Sending } from './sending.js' */

const ROWS = 100;
const STATES = {
  waiting: t('not sent yet'), queued: t('waiting'), running: t('being segmented'), done: t('done'), rejected: t('rejected'), failed: t('failed'),
};
/** @type {Record<NonNullable<Findings['quality']['grade']>, string>} */
const GRADES = { good: t('good quality'), usable: t('usable quality'), poor: t('poor quality'), unusable: t('unusable quality') };
/** @type {Record<Match, string>} within a sentence */
const MATCHES = {
  good: t('good match expected'), fair: t('fair match expected'), poor: t('poor match expected'), unknown: t('not known how well it matches'),
};

/**
 * `sendingOf(id)` returns the sending of a batch, or null if there is none.
 * @param {{
 *   page: ParentNode, attempt: Attempt, announce: (words: string) => void, sendingOf: (id: string) => Sending | null,
 * }} parts
 */
export function createItems({ page, attempt, announce, sendingOf }) {
  const by = finder(page);
  const [earlier, later] = [by('earlier', HTMLButtonElement), by('later', HTMLButtonElement)];
  /** @type {Map<number, ReturnType<typeof rowOf>>} */
  const rows = new Map();
  let id = '';
  let total = 0;
  /** @type {(string | null)[]} */
  let cursors = [];
  /** @type {string | null} */
  let next = null;
  let turning = false;
  /** @type {BatchItem[]} */
  let shown = [];
  /** @type {MeasurementDescription[]} empty if they could not be fetched, which the page reports */
  let measurements = [];

  /**
   * Shows the first page of a batch.
   * @param {BatchResponse} batch
   */
  async function open(batch) {
    [id, total, cursors, next, shown] = [batch.id, batch.counts.total, [null], null, []];
    rows.clear();
    by('items').replaceChildren();
    await refresh();
  }

  /** Fetches the current page again. */
  async function refresh() {
    const asked = id;
    const cursor = cursors.at(-1);
    const query = new URLSearchParams({ limit: String(ROWS), ...(cursor && { cursor }) });
    /** @type {BatchItems} */
    const found = await ask(`/api/v1/batches/${id}/items?${query}`);
    measurements = await measurementList().catch(() => []);
    if (asked !== id || cursor !== cursors.at(-1)) return;
    [shown, next] = [found.items, found.next];
    look();
  }

  function look() {
    const numbers = new Set(shown.map(({ number }) => number));
    for (const [number, row] of rows) {
      if (numbers.has(number)) continue;
      row.row.remove();
      rows.delete(number);
    }
    const inOrder = shown.map((item) => {
      const row = rows.get(item.number) ?? rowOf(item);
      rows.set(item.number, row);
      fillIn(row, item);
      return row.row;
    });
    if (by('items').childElementCount !== shown.length) by('items').replaceChildren(...inOrder);
    const first = shown[0]?.number ?? 0;
    by('pager').hidden = total <= ROWS;
    by('pager-place').textContent = t('{first} to {last} of {total}', {
      first: (first + 1).toLocaleString(locale),
      last: (first + shown.length).toLocaleString(locale),
      total: total.toLocaleString(locale),
    });
    earlier.disabled = cursors.length < 2;
    later.disabled = !next;
  }

  /**
   * The state of an item in words and, if it could not be sent, the reason.
   * @param {BatchItem} item
   */
  function stateOf({ number, state }) {
    const sending = state === 'waiting' ? sendingOf(id) : null;
    const refusal = sending?.refusalOf(number) ?? null;
    return { refusal, words: refusal ? t('not sent') : (sending?.stateOf(number) ?? STATES[state]) };
  }

  /**
   * @param {ReturnType<typeof rowOf>} cells
   * @param {BatchItem} item
   */
  function fillIn({ row, state, found: result, seen }, item) {
    const { refusal, words } = stateOf(item);
    const found = item.findings ? foundOf(item.findings, measurements) : ofService(item.detail) || refusal || '';
    const key = `${words} ${found}`;
    if (row.dataset.key === key) return;
    row.dataset.key = key;
    row.dataset.state = refusal ? 'failed' : item.state;
    state.replaceChildren(element('span', { class: 'badge' }, words));
    result.textContent = found;
    seen.replaceChildren(...(item.image_urls ? [seeButton(item.name, item.image_urls)] : []));
  }

  /**
   * @param {string} name
   * @param {Record<string, string>} urls
   */
  function seeButton(name, urls) {
    const button = element('button', { type: 'button', 'aria-label': t('See {name}', { name }) }, t('See'));
    button.addEventListener('click', () => void attempt(() => showPictures(name, urls), button));
    return button;
  }

  /**
   * Turns to the page that the last of `place` begins. Not while another is turned: what follows that one is not known yet.
   * @param {(string | null)[]} place
   * @param {HTMLButtonElement} button
   */
  async function goTo(place, button) {
    if (turning) return;
    const before = cursors;
    [turning, cursors] = [true, place];
    try {
      await refresh();
    } catch (error) {
      if (cursors === place) cursors = before;
      throw error;
    } finally {
      turning = false;
    }
    by('items-table').scrollTo(0, 0);
    announce(by('pager-place').textContent);
    if (button.disabled) by('items-table').focus();
  }

  earlier.addEventListener('click', () => void attempt(() => goTo(cursors.slice(0, -1), earlier)));
  later.addEventListener('click', () => void attempt(() => goTo([...cursors, next], later)));
  return { open, refresh, look };
}

/** @param {BatchItem} item */
function rowOf({ name }) {
  const [state, found, seen] = ['state', 'found', 'seen'].map((kind) => element('td', { class: kind }));
  return { row: element('tr', {}, element('th', { scope: 'row' }, name), state, found, seen), state, found, seen };
}

/**
 * @param {Findings} findings
 * @param {MeasurementDescription[]} measurements only the first one fits into the table
 */
function foundOf({ measurements: values, quality }, measurements) {
  const parts = measurements.slice(0, 1).map((first) => labelled(first, values));
  if (quality.grade) parts.push(GRADES[quality.grade]);
  if (quality.retina === 'unsure') parts.push(t('perhaps not a retina'));
  if (quality.expected_dice !== null) parts.push(MATCHES[matchOf(quality)]);
  if (quality.field_of_view === 'whole') parts.push(t('no round field of view: look closely'));
  return parts.join(', ');
}
