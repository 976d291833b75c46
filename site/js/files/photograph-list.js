// The list of photographs on the start page. It renders each photograph's state and reports clicks through `show`,
// `again`, `anyway` and `remove`; what happens to a photograph is decided in pages/index.js.

import { markCurrent, the } from '../ui/element.js';
import { ofService, t } from '../ui/language.js';
import { inProportion } from '../ui/proportions.js';
import { createTrouble } from '../ui/trouble.js';

/** @import { Belongings } from '../history/belongings.js' */
/** @import { Details } from '../history/details.js' */
/** @import { Source } from './source.js' */
/** @import { Result } from './segmentation.js' */

/**
 * @typedef {object} Photo one photograph of the list
 * @property {string} id
 * @property {number} order of the list: the smallest comes first
 * @property {string} name
 * @property {Source} source
 * @property {boolean} stored whether this browser has stored the file
 * @property {boolean} force whether to segment it even if it does not look like a fundus photograph
 * @property {'waiting' | 'segmenting' | 'done' | 'refused'} state
 * @property {string} sentence what is happening, or why it was refused
 * @property {boolean} slow whether it is sent so slowly that a smaller copy is worth offering
 * @property {string | null} code of the Refusal
 * @property {Result | null} result
 * @property {string | null} account of the person who is signed in, whose `saved` and `draft` are
 * @property {string | null} saved the id of its record
 * @property {Details | null} draft what was typed into the form that saves it
 * @property {Map<string, Belongings>} others what other people who signed in here have of it, by account
 * @property {AbortController} stop
 */

const THUMBNAIL = 44; // CSS pixels
const NEVER_BETTER = new Set([
  'photograph_too_large', 'photograph_too_many_pixels', 'photograph_too_small', 'unsupported_media_type',
  'photograph_unreadable', 'not_a_fundus_photograph',
]);

/**
 * Whether segmenting a photograph again cannot succeed.
 * @param {string | null} code of its Refusal
 */
export function isFinal(code) {
  return code !== null && NEVER_BETTER.has(code);
}

/** @typedef {(photo: Photo) => void} PhotoAction */

/**
 * @param {{ list: HTMLElement, template: HTMLTemplateElement, show: PhotoAction, again: PhotoAction, anyway: PhotoAction, smaller: (photo: Photo) => Promise<void>, remove: PhotoAction }} parts
 */
export function createList({ list, template, show, again, anyway, smaller, remove }) {
  /** @type {Map<Photo, ReturnType<typeof partsOf>>} */
  const items = new Map();

  /** @type {PhotoAction} */
  function add(photo) {
    const parts = partsOf(template);
    parts.name.textContent = parts.name.title = photo.name; // the list shows only the beginning of a long one
    parts.show.addEventListener('click', () => show(photo));
    parts.again.addEventListener('click', () => again(photo));
    parts.anyway.addEventListener('click', () => anyway(photo));
    createTrouble(parts.copyTrouble).onClick(parts.smaller, () => smaller(photo));
    parts.remove.addEventListener('click', () => remove(photo));
    parts.remove.setAttribute('aria-label', t('Remove {name}', { name: photo.name }));
    parts.again.setAttribute('aria-label', t('Try {name} again', { name: photo.name }));
    parts.smaller.setAttribute('aria-label', t('Send a smaller copy of {name}', { name: photo.name }));
    parts.anyway.setAttribute('aria-label', t('Segment it anyway: {name}', { name: photo.name }));
    fill(parts, photo);
    const later = [...items.keys()].filter(({ order }) => order > photo.order).sort((a, b) => a.order - b.order); // when a removal is undone
    list.insertBefore(parts.item, items.get(later[0])?.item ?? null);
    items.set(photo, parts);
  }

  /** @type {PhotoAction} */
  function change(photo) {
    const parts = items.get(photo);
    if (parts) fill(parts, photo); // otherwise it was removed in the meantime
  }

  /**
   * @param {ReturnType<typeof partsOf>} parts
   * @param {Photo} photo
   */
  function fill(parts, photo) {
    const refused = photo.state === 'refused';
    const focused = parts.trouble.contains(document.activeElement);
    parts.item.dataset.state = photo.state;
    parts.state.textContent = words(photo);
    parts.show.disabled = photo.state !== 'done';
    parts.trouble.hidden = !refused;
    parts.slow.hidden = !(photo.slow && photo.state === 'segmenting');
    parts.sentence.textContent = refused ? photo.sentence : '';
    parts.anyway.hidden = photo.code !== 'not_a_fundus_photograph';
    parts.again.hidden = isFinal(photo.code);
    parts.thumbnail.hidden = !photo.result;
    parts.mark.hidden = Boolean(photo.result);
    if (photo.result) {
      parts.thumbnail.src = photo.result.urls.original;
      inProportion(parts.thumbnail, photo.result.answer.photograph, THUMBNAIL);
    }
    if (focused && !refused) parts.remove.focus();
  }

  /**
   * Removes an item. If it had the focus, the remove button next to it gets it. False if the focus has nowhere to go.
   * @param {Photo} photo
   */
  function drop(photo) {
    const item = items.get(photo)?.item;
    if (!item) return true;
    const neighbour = item.nextElementSibling ?? item.previousElementSibling;
    const focused = item.contains(document.activeElement);
    item.remove();
    items.delete(photo);
    if (focused && neighbour) the(neighbour, '.item-remove').focus();
    return !focused || Boolean(neighbour);
  }

  /** @type {PhotoAction} */
  function mark(shown) {
    for (const [photo, parts] of items) markCurrent(parts.show, photo === shown);
  }

  return { add, change, drop, mark };
}

/**
 * A new list item, and the elements in it that change.
 * @param {HTMLTemplateElement} template
 */
function partsOf(template) {
  const copy = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const item = the(copy, '.item');
  return {
    item,
    name: the(item, '.item-name'),
    state: the(item, '.item-state'),
    show: the(item, '.item-show', HTMLButtonElement),
    again: the(item, '.item-again'),
    anyway: the(item, '.item-anyway'),
    slow: the(item, '.item-slow'),
    smaller: the(item, '.item-smaller', HTMLButtonElement),
    copyTrouble: the(item, '.item-copy-trouble'),
    remove: the(item, '.item-remove'),
    trouble: the(item, '.item-trouble'),
    sentence: the(item, '.item-sentence'),
    thumbnail: the(item, '.item-thumbnail', HTMLImageElement),
    mark: the(item, '.item-mark'),
  };
}

/** @param {Photo} photo */
function words(photo) {
  if (photo.state === 'waiting') return t('Waiting');
  if (photo.state === 'segmenting') return photo.sentence || t('Segmenting…');
  if (!photo.result) return t('Not segmented');
  const { field_of_view: view, fundus_like: like, grade, retina } = photo.result.answer.quality;
  const done = photo.saved ? t('Done, saved') : t('Done');
  const doubtful = view === 'whole' || !like || retina === 'unsure';
  return [done, photo.result.correction && t('corrected'), grade && t('{grade} quality', { grade: ofService(grade) }), doubtful && t('look closely')].filter(Boolean).join(', ');
}
