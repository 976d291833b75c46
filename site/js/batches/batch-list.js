// The list of the account's batches, newest first. Each shows its counts and links to the batch.

import { ask } from '../api/requests.js';
import { timeOf } from '../ui/dates.js';
import { element, finder, markCurrent, the } from '../ui/element.js';
import { counted } from './new-batch.js';
import { createNewest } from '../ui/newest.js';
import { plural, t } from '../ui/language.js';

/** @import { BatchResponse, BatchList } from 'openapi' */
/** @import { Attempt } from '../ui/trouble.js' */

/** @param {{ page: ParentNode, attempt: Attempt }} parts */
export function createBatchList({ page, attempt }) {
  const by = finder(page);
  const button = by('more', HTMLButtonElement);
  /** @type {Map<string, HTMLAnchorElement>} */
  const links = new Map();
  let next = '';
  const newest = createNewest();

  async function load() {
    /** @type {Promise<BatchList>} */
    const asked = ask('/api/v1/batches');
    const found = await newest(asked);
    if (!found) return;
    links.clear();
    by('list').replaceChildren();
    append(found);
  }

  async function more() {
    const { length } = by('list').children;
    const from = next;
    /** @type {BatchList} */
    const found = await ask(`/api/v1/batches?${new URLSearchParams({ cursor: from })}`);
    if (next !== from) return; // the list begins anew by now
    append(found);
    if (links.size > length) the(by('list').children[length], 'a').focus();
  }

  /** @param {BatchList} found */
  function append(found) {
    next = found.next ?? '';
    by('list').append(...found.batches.map(item));
    by('list').hidden = links.size === 0;
    by('empty').hidden = links.size > 0;
    button.hidden = !next;
  }

  /** @param {BatchResponse} batch */
  function item(batch) {
    const name = element('span', { class: 'item-name' }, timeOf(batch.created));
    const words = element('span', { class: 'item-words' }, name, element('span', { class: 'item-state' }));
    const link = element('a', { class: 'item-show', href: `#${batch.id}` }, words);
    links.set(batch.id, link);
    change(batch);
    return element('li', { class: 'item' }, link);
  }

  /** @param {BatchResponse} batch */
  function change({ id, state, counts: { total, done, rejected, failed } }) {
    const unfinished = total - done - rejected - failed;
    const parts = [
      state === 'cancelled' && t('cancelled'),
      plural(done, '{n} done', '{n} done'),
      rejected && plural(rejected, '{n} rejected', '{n} rejected'),
      failed && plural(failed, '{n} failed', '{n} failed'),
      unfinished && plural(unfinished, '{n} to do', '{n} to do'),
    ];
    const link = links.get(id);
    if (link) the(link, '.item-state').textContent = t('{name}: {words}', { name: counted(total), words: parts.filter(Boolean).join(', ') });
  }

  /** @param {string} id */
  function mark(id) {
    for (const [other, link] of links) markCurrent(link, other === id);
  }

  button.addEventListener('click', () => void attempt(more, button));
  return { load, change, mark };
}
