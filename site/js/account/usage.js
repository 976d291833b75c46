// Credits and what they were spent on: what is left, a notice if that is little, and the charges by day and key, of all
// keys or of one.

import { ask } from '../api/requests.js';
import { download } from '../api/download.js';
import { dayOf } from '../ui/dates.js';
import { element, finder } from '../ui/element.js';
import { creditsOf } from '../ui/money.js';
import { createTrouble } from '../ui/trouble.js';
import { daily, usageChart, wordsOf } from './usage-chart.js';
import { locale, plural, t } from '../ui/language.js';

/** @import { DayCharged, Usage } from 'openapi' */

/** Enough for the days of the chart, by as many keys as an account may have. */
const CHARGES = 3200;
const ROWS = 200;
const EVERY_KEY = 'all';

/** @param {{ page: ParentNode }} parts */
export function createUsage({ page }) {
  const by = finder(page);
  const choice = by('charges-key', HTMLSelectElement);
  const { onClick } = createTrouble(by('trouble'));
  /** @type {DayCharged[]} */
  let charges = [];
  /** @type {Map<string, string>} */
  let names = new Map();

  /** @param {Map<string, string>} keyNames of keys, by id */
  async function load(keyNames) {
    names = keyNames;
    /** @type {Usage} */
    const usage = await ask(`/api/v1/usage?limit=${CHARGES}`);
    charges = usage.charges;
    showCredits(usage);
    by('charges-part').hidden = charges.length === 0;
    by('no-charges').hidden = charges.length > 0;
    by('older-charges').hidden = charges.length <= ROWS && usage.next === null;
    const ids = [...new Set(charges.map(({ key_id: id }) => id))];
    choice.replaceChildren(new Option(t('Everything'), EVERY_KEY), ...ids.map((id) => new Option(nameOf(id), id)));
    showCharges();
  }

  /** @param {Usage} usage */
  function showCredits({ account, credits, reserved, low, limits, history }) {
    by('credits').textContent = credits.toLocaleString(locale);
    by('reserved').hidden = reserved === 0;
    by('reserved').textContent = plural(
      reserved,
      '{n} of them is reserved for photographs in open batches.',
      '{n} of them are reserved for photographs in open batches.',
    );
    by('credits-low').hidden = !low;
    by('credits-low').textContent = noticeOf(credits - reserved);
    by('account-id').textContent = account;
    by('batch-limits').textContent = limitsOf(limits);
    by('history-limits').textContent = historyOf(history);
  }

  function showCharges() {
    const key = choice.value === EVERY_KEY ? null : choice.value;
    const days = daily(charges, key);
    by('charges-chart').replaceChildren(usageChart(days));
    by('charges-words').textContent = wordsOf(days);
    by('charges').replaceChildren(...charges.filter(({ key_id: id }) => key === null || id === key).slice(0, ROWS).map(row));
  }

  /** @param {DayCharged} charge */
  function row({ day, key_id: key, credits }) {
    const cells = [element('td', {}, dayOf(day)), element('td', {}, nameOf(key))];
    return element('tr', {}, ...cells, element('td', { class: 'number' }, credits.toLocaleString(locale)));
  }

  /** @param {string} key the id of a key, or empty */
  function nameOf(key) {
    return key ? (names.get(key) ?? t('key {id} (revoked)', { id: key })) : t('you, on the Batches page');
  }

  choice.addEventListener('change', showCharges);
  onClick(by('usage-csv', HTMLButtonElement), () => download('/api/v1/usage.csv', 'usage.csv'));
  return { load };
}

/**
 * How many batches there are and may be, and how much of their photographs is not done yet.
 * @param {Usage['limits']} limits
 */
export function limitsOf({ batches, most_batches: mostBatches, bytes, most_bytes: mostBytes }) {
  return t('{batches} of {most}; unfinished photographs {room} of {whole}', {
    batches: batches.toLocaleString(locale),
    most: mostBatches.toLocaleString(locale),
    room: roomOf(bytes),
    whole: roomOf(mostBytes),
  });
}

/**
 * How much of the history's room is taken.
 * @param {Usage['history']} history
 */
export function historyOf({ bytes, most_bytes: mostBytes }) {
  return t('{room} of {whole}', { room: roomOf(bytes), whole: roomOf(mostBytes) });
}

/** @param {number} bytes */
function roomOf(bytes) {
  const [unit, name] = bytes >= 2 ** 30 ? [2 ** 30, 'GiB'] : [2 ** 20, 'MiB'];
  return `${(bytes / unit).toLocaleString(locale, { maximumFractionDigits: 1 })}\u00a0${name}`;
}

/** @param {number} free credits that are not reserved */
export function noticeOf(free) {
  if (free > 0) return t('Few credits are left: {credits} for new photographs. Calls beyond that are refused.', { credits: creditsOf(free) });
  return t('There are no credits left for new photographs. Calls by API key and new batches are refused.');
}
