// The list of saved photographs. Enters: filters; leaves: links to them, page after page, the latest day first. Opens none.

import { ask } from '../api/requests.js';
import { dayOf } from '../ui/dates.js';
import { titleOf } from './details.js';
import { element } from '../ui/element.js';
import { PREDICTIONS } from './record.js';
import { percent } from './trend.js';

const MARKS = { left: 'L', right: 'R', unknown: '?' };

export function createRecords({ page, attempt, announce }) {
  const by = (id) => page.querySelector(`#${id}`);
  const links = new Map();
  let query = {};
  let next = null;

  /** From the first page on. */
  async function load(filters) {
    query = filters;
    const found = await ask(address());
    links.clear();
    by('list').replaceChildren();
    by('subjects').replaceChildren();
    append(found);
    announce(found.predictions.length ? `${counted(found)} found.` : by('empty').textContent);
  }

  async function more() {
    const { length } = by('list').children;
    const found = await ask(address(next));
    append(found);
    by('list').children[length]?.querySelector('a').focus();
    announce(`${counted(found)} more.`);
  }

  function append(found) {
    next = found.next;
    by('list').append(...found.predictions.map(item));
    for (const { subject } of found.predictions) suggest(subject);
    look();
  }

  function look() {
    const filtered = Object.keys(query).length > 0;
    by('more').hidden = !next;
    by('list').hidden = links.size === 0;
    by('empty').hidden = links.size > 0;
    by('empty').textContent = filtered
      ? 'No saved photograph matches this. Change the filter, or clear it.'
      : 'Nothing is saved yet. Segment a photograph, then choose “Save to history” below its result.';
    by('summary').textContent = links.size ? `${links.size}${next ? ' of more' : ''}` : '';
  }

  function item(record) {
    const link = element(
      'a',
      { class: 'item-show', href: `#${record.id}` },
      element('span', { class: 'item-mark', 'data-eye': MARKS[record.eye], 'aria-hidden': 'true' }),
      element('span', { class: 'item-words' }, element('span', { class: 'item-name' }), element('span', { class: 'item-state' })),
    );
    links.set(record.id, link);
    fillIn(link, record);
    return element('li', { class: 'item' }, link);
  }

  function fillIn(link, record) {
    link.querySelector('.item-mark').dataset.eye = MARKS[record.eye];
    link.querySelector('.item-name').textContent = titleOf(record);
    link.querySelector('.item-state').textContent = `${dayOf(record.taken_on ?? record.saved)}, ${percent(record.measurements.vascular_density)}`;
  }

  /** Labels seen so far, offered by the filter. */
  function suggest(subject) {
    const known = [...by('subjects').children].some((option) => option.value === subject);
    if (subject && !known) by('subjects').append(element('option', { value: subject }));
  }

  function change(record) {
    if (links.has(record.id)) fillIn(links.get(record.id), record);
    suggest(record.subject);
  }

  function drop(record) {
    links.get(record.id)?.closest('li').remove();
    links.delete(record.id);
    look();
  }

  function mark(id) {
    for (const [other, link] of links) {
      if (other === id) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  }

  function address(cursor = null) {
    return `${PREDICTIONS}?${new URLSearchParams({ ...query, ...(cursor && { cursor }) })}`;
  }

  by('more').addEventListener('click', (event) => attempt(more, event.currentTarget));
  return { load, change, drop, mark };
}

function counted({ predictions: { length } }) {
  return `${length} ${length === 1 ? 'photograph' : 'photographs'}`;
}
