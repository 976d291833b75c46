// The photographs of a batch as a table, a hundred at a time. Enters: the batch's id; leaves: rows with state, result or
// reason, changed in place so that nobody loses their place. Asks only when told to.

import { ask } from '../api/requests.js';
import { element } from '../ui/element.js';
import { showPictures } from './pictures.js';
import { percent } from '../history/trend.js';

const ROWS = 100;
const STATES = {
  waiting: 'not sent yet', queued: 'waiting', running: 'being segmented', done: 'done', rejected: 'rejected', failed: 'failed',
};

/** `sendingOf(id)` is the sending of a batch, if there is one. */
export function createItems({ page, attempt, announce, sendingOf }) {
  const by = (id) => page.querySelector(`#${id}`);
  const rows = new Map();
  let id = null;
  let total = 0;
  let cursors = [];
  let next = null;
  let shown = [];

  /** The first page of a batch. */
  async function open(batch) {
    [id, total, cursors, next, shown] = [batch.id, batch.counts.total, [null], null, []];
    rows.clear();
    by('items').replaceChildren();
    await refresh();
  }

  /** The same page again. */
  async function refresh() {
    const asked = id;
    const cursor = cursors.at(-1);
    const query = new URLSearchParams({ limit: ROWS, ...(cursor && { cursor }) });
    const found = await ask(`/api/v1/batches/${id}/items?${query}`);
    if (asked !== id || cursor !== cursors.at(-1)) return;
    [shown, next] = [found.items, found.next];
    look();
  }

  function look() {
    const numbers = new Set(shown.map(({ number }) => number));
    for (const [number, row] of rows) {
      if (numbers.has(number)) continue;
      row.remove();
      rows.delete(number);
    }
    for (const item of shown) {
      if (!rows.has(item.number)) rows.set(item.number, rowOf(item));
      fillIn(rows.get(item.number), item);
    }
    const inOrder = shown.map(({ number }) => rows.get(number));
    if (by('items').childElementCount !== shown.length) by('items').replaceChildren(...inOrder);
    const first = shown[0]?.number ?? 0;
    by('pager').hidden = total <= ROWS;
    by('pager-place').textContent = `${first + 1} to ${first + shown.length} of ${total.toLocaleString('en')}`;
    by('earlier').disabled = cursors.length < 2;
    by('later').disabled = !next;
  }

  function rowOf({ name }) {
    const cell = (kind) => element('td', { class: kind });
    return element('tr', {}, element('th', { scope: 'row' }, name), cell('state'), cell('found'), cell('seen'));
  }

  function fillIn(row, item) {
    const sending = sendingOf(id);
    const unsent = item.state === 'waiting' && (sending?.refusalOf(item.number) ?? null);
    const words = unsent ? 'not sent' : ((item.state === 'waiting' && sending?.stateOf(item.number)) || STATES[item.state]);
    const found = item.findings ? foundOf(item.findings) : item.detail || unsent || '';
    const key = `${words} ${found}`;
    if (row.dataset.key === key) return;
    row.dataset.key = key;
    row.dataset.state = unsent ? 'failed' : item.state;
    row.querySelector('.state').replaceChildren(element('span', { class: 'badge' }, words));
    row.querySelector('.found').textContent = found;
    row.querySelector('.seen').replaceChildren(...(item.image_urls ? [seeButton(item)] : []));
  }

  function seeButton(item) {
    const button = element('button', { type: 'button', 'aria-label': `See ${item.name}` }, 'See');
    button.addEventListener('click', () => attempt(() => showPictures(item), button));
    return button;
  }

  async function turn(change, button) {
    change();
    await refresh();
    by('items-table').scrollTo(0, 0);
    announce(by('pager-place').textContent);
    if (button.disabled) by('items-table').focus();
  }

  const pager = (button, change) => by(button).addEventListener('click', () => attempt(() => turn(change, by(button))));
  pager('earlier', () => cursors.pop());
  pager('later', () => cursors.push(next));
  return { open, refresh, look };
}

function foundOf({ measurements, quality }) {
  const trust = quality.expected_dice === null ? '' : `, expected Dice ${quality.expected_dice.toFixed(2)}`;
  const frame = quality.field_of_view === 'whole' ? ', no round field of view: look closely' : '';
  return `vascular density ${percent(measurements.vascular_density)}${trust}${frame}`;
}
