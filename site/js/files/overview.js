// The table of all photographs, in place of the viewer: sorted by any column, filtered by name or to those with a problem.
// Only rows that have changed are filled again, so that it stays quick with hundreds of photographs.

import { measurementList } from '../api/about.js';
import { element, finder } from '../ui/element.js';
import { groupsOf } from '../viewer/measurement-groups.js';
import { arranged, columnsOf, problemOf } from './overview-rows.js';

/** @import { Photo } from './photograph-list.js' */
/** @import { Column, Order } from './overview-rows.js' */

/** @param {{ page: Document, photographs: ReadonlySet<Photo>, show: (photo: Photo) => void }} parts */
export function createOverview({ page, photographs, show }) {
  const by = finder(page);
  const button = by('overview-open', HTMLButtonElement);
  const [words, problems] = [by('overview-name', HTMLInputElement), by('overview-problems', HTMLInputElement)];
  /** @type {Map<Photo, HTMLTableRowElement>} */
  const rows = new Map();
  /** @type {Set<Photo>} */
  const changed = new Set();
  /** @type {Column[]} */
  let columns = columnsOf([]);
  /** @type {Order | null} */
  let order = null;
  let drawing = 0;

  function isOpen() {
    return button.getAttribute('aria-pressed') === 'true';
  }

  /** @param {boolean} open */
  function set(open) {
    button.setAttribute('aria-pressed', String(open));
    page.body.classList.toggle('as-table', open);
    by('overview').hidden = !open;
    if (!open) return;
    by('overview').scrollIntoView({ block: 'nearest' });
    void begin();
  }

  async function begin() {
    look();
    // Without the list, the table goes without figures; the viewer says why.
    const [first] = await measurementList().then(groupsOf, () => []);
    columns = columnsOf(first?.measurements ?? []);
    rows.clear();
    heads();
    look();
  }

  function heads() {
    by('overview-heads').replaceChildren(
      ...columns.map(({ label, number }, column) => {
        const sorts = order?.column === column;
        const head = element('th', { scope: 'col', ...(number ? { class: 'number' } : {}) }, element('button', { type: 'button', class: 'sort' }, label));
        if (sorts) head.setAttribute('aria-sort', order?.descending ? 'descending' : 'ascending');
        return head;
      }),
    );
  }

  /** Draws what has changed before the browser paints next. */
  function look() {
    if (isOpen() && !drawing) drawing = requestAnimationFrame(draw);
  }

  function draw() {
    drawing = 0;
    for (const photo of rows.keys()) if (!photographs.has(photo)) rows.delete(photo);
    for (const photo of photographs) if (changed.has(photo) || !rows.has(photo)) fill(photo);
    changed.clear();
    const shown = arranged([...photographs], columns, { order, words: words.value, problems: problems.checked });
    place(shown.flatMap((photo) => rows.get(photo) ?? []));
    by('overview-count').textContent = `${shown.length} of ${photographs.size} shown`;
  }

  /** @param {Photo} photo */
  function fill(photo) {
    const row = rows.get(photo) ?? element('tr');
    const problem = problemOf(photo);
    row.dataset.state = photo.state;
    row.classList.toggle('problem', Boolean(problem));
    const [, state, ...others] = columns.map((column) => column.cell(photo).text);
    row.replaceChildren(
      element('th', { scope: 'row' }, photographOf(photo)),
      element('td', { class: 'state' }, state, ...(problem && photo.result ? [element('span', { class: 'badge' }, problem)] : [])),
      ...others.map((text, i) => element('td', columns[i + 2].number ? { class: 'number' } : {}, text)),
    );
    rows.set(photo, row);
  }

  /** @param {Photo} photo */
  function photographOf(photo) {
    const picture = photo.result ? [element('img', { src: photo.result.urls.original, alt: '', width: 32, height: 32, loading: 'lazy' })] : [];
    if (!photo.result) return element('span', { class: 'overview-name' }, photo.name);
    const link = element('button', { type: 'button', class: 'overview-name' }, ...picture, photo.name);
    link.addEventListener('click', () => {
      set(false);
      show(photo);
      by('result-title').focus();
    });
    return link;
  }

  /** @param {HTMLTableRowElement[]} wanted */
  function place(wanted) {
    const body = by('overview-rows');
    if (body.children.length === wanted.length && wanted.every((row, i) => row === body.children[i])) return;
    const focused = page.activeElement;
    body.replaceChildren(...wanted);
    if (focused instanceof HTMLElement && body.contains(focused)) focused.focus({ preventScroll: true });
  }

  by('overview-heads').addEventListener('click', ({ target }) => {
    const head = target instanceof Element ? target.closest('th') : null;
    if (!head) return;
    const column = [...by('overview-heads').children].indexOf(head);
    order = { column, descending: order?.column === column && !order.descending };
    heads();
    by('overview-heads').children[column].querySelector('button')?.focus();
    look();
  });
  words.addEventListener('input', look);
  problems.addEventListener('change', look);
  button.addEventListener('click', () => set(!isOpen()));

  return {
    look,
    /** @param {Photo} photo */
    change(photo) {
      changed.add(photo);
      look();
    },
    close: () => set(false),
    isOpen,
  };
}
