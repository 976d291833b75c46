// The table of all photographs, in place of the viewer: sorted by any column, filtered by name or to those with a problem.
// Only rows that have changed are filled again, so that it stays quick with hundreds of photographs.

import { measurementList } from '../api/about.js';
import { element, finder } from '../ui/element.js';
import { inProportion } from '../ui/proportions.js';
import { t } from '../ui/language.js';
import { groupsOf } from '../viewer/measurement-groups.js';
import { arranged, columnsOf, problemOf } from './overview-rows.js';

/** @import { Photo } from './photograph-list.js' */
/** @import { Column, Order } from './overview-rows.js' */

const THUMBNAIL = 32; // CSS pixels
const AT_ONCE = 40; // rows that are placed before the browser paints next

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
    for (const photo of changed) if (rows.has(photo)) fill(photo);
    changed.clear();
    const shown = arranged([...photographs], columns, { order, words: words.value, problems: problems.checked });
    by('overview-count').textContent = t('{shown} of {all} shown', { shown: shown.length, all: photographs.size });
    place(shown);
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
      ...others.map((text, i) => element('td', { 'data-before': columns[i + 2].label, ...(columns[i + 2].number && { class: 'number' }) }, text)),
    );
    rows.set(photo, row);
    return row;
  }

  /** @param {Photo} photo */
  function photographOf(photo) {
    if (!photo.result) return element('span', { class: 'overview-name' }, photo.name);
    const picture = element('img', { src: photo.result.urls.original, alt: '', width: THUMBNAIL, height: THUMBNAIL, loading: 'lazy' });
    inProportion(picture, photo.result.answer.photograph, THUMBNAIL);
    const link = element('button', { type: 'button', class: 'overview-name' }, picture, photo.name);
    link.addEventListener('click', () => {
      set(false);
      show(photo);
      by('result-title').focus();
    });
    return link;
  }

  /**
   * Puts the rows into the table, some now and the others before the next paints.
   * @param {Photo[]} shown
   */
  function place(shown) {
    const body = by('overview-rows');
    const there = [...body.children];
    const kept = there.length <= shown.length && there.every((row, i) => row === rows.get(shown[i]));
    const from = kept ? there.length : 0;
    const next = shown.slice(from, from + AT_ONCE).map((photo) => rows.get(photo) ?? fill(photo));
    const focused = page.activeElement;
    if (kept) body.append(...next);
    else body.replaceChildren(...next);
    if (!kept && focused instanceof HTMLElement && body.contains(focused)) focused.focus({ preventScroll: true });
    if (from + next.length < shown.length) look();
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
  button.addEventListener('click', () => {
    set(!isOpen());
    if (!button.checkVisibility()) by('overview-title').focus(); // the list was a sheet, and is closed now
  });
  by('overview-close').addEventListener('click', () => {
    set(false);
    if (button.checkVisibility()) button.focus();
    else by('panel-list').focus();
  });

  return {
    look,
    /** @param {Photo} photo */
    change(photo) {
      changed.add(photo);
      look();
    },
    close: () => set(false),
  };
}
