// All batches of an account. Enters: the API's pages; leaves: links to them, the newest first. Opens none.

import { ask } from '../api/requests.js';
import { timeOf } from '../ui/dates.js';
import { element } from '../ui/element.js';
import { counted } from './new-batch.js';

export function createBatchList({ page, attempt }) {
  const by = (id) => page.querySelector(`#${id}`);
  const links = new Map();
  let next = null;

  async function load() {
    links.clear();
    by('list').replaceChildren();
    append(await ask('/api/v1/batches'));
  }

  async function more() {
    const { length } = by('list').children;
    append(await ask(`/api/v1/batches?${new URLSearchParams({ cursor: next })}`));
    by('list').children[length]?.querySelector('a').focus();
  }

  function append(found) {
    next = found.next;
    by('list').append(...found.batches.map(item));
    by('list').hidden = links.size === 0;
    by('empty').hidden = links.size > 0;
    by('more').hidden = !next;
  }

  function item(batch) {
    const name = element('span', { class: 'item-name' }, timeOf(batch.created));
    const words = element('span', { class: 'item-words' }, name, element('span', { class: 'item-state' }));
    const link = element('a', { class: 'item-show', href: `#${batch.id}` }, words);
    links.set(batch.id, link);
    change(batch);
    return element('li', { class: 'item' }, link);
  }

  function change({ id, state, counts: { total, done, rejected, failed } }) {
    const unfinished = total - done - rejected - failed;
    const parts = [
      state === 'cancelled' && 'cancelled',
      `${done} done`,
      rejected && `${rejected} rejected`,
      failed && `${failed} failed`,
      unfinished && `${unfinished} to do`,
    ];
    const words = links.get(id)?.querySelector('.item-state');
    if (words) words.textContent = `${counted(total)}: ${parts.filter(Boolean).join(', ')}`;
  }

  function mark(id) {
    for (const [other, link] of links) {
      if (other === id) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  }

  by('more').addEventListener('click', (event) => attempt(more, event.currentTarget));
  return { load, change, mark };
}
