// The photographs of the start page and what is done with them: added, segmented two at a time, stopped, tried again,
// removed and put back. What is shown of it is up to pages/index.js, which hears of every change.

import { Refusal } from '../api/reach.js';
import { createQueue } from './job-queue.js';
import { belongTo } from '../history/belongings.js';
import { whenPersonChanges } from '../auth/session.js';
import { t } from '../ui/language.js';
import { isFinal } from './photograph-list.js';
import { beginning, isGoing } from './new-photo.js';
import { restoredPhoto } from './photo.js';
import { release, segment } from './segmentation.js';
import { followSending } from './sending.js';

/** @import { Photo } from './photograph-list.js' */
/** @import { Restored, Store } from '../storage/store.js' */
/** @import { Mark } from '../viewer/marks.js' */
/** @import { Picture } from '../viewer/preview.js' */

const AT_ONCE = 2;
const STOPPED = { code: 'stopped', sentence: t('You stopped it before it was segmented.') };

/**
 * @typedef {object} WorkParts
 * @property {Store} store
 * @property {() => Mark[]} marks to ask for
 * @property {(photo: Photo, picture: Picture) => void} decoded
 * @property {(photos: Photo[]) => void} appeared
 * @property {(photo: Photo, words: string | null) => void} changed `words` to announce
 * @property {(photo: Photo) => void} ended whether it succeeded or not
 */

/** @param {WorkParts} parts */
export function createWork({ store, marks, decoded, appeared, changed, ended }) {
  /** @type {Set<Photo>} */
  const photographs = new Set();
  const enqueue = createQueue(AT_ONCE);
  /** @type {string | null} */
  let account = null; // of who is signed in

  /** @param {Photo[]} added those that were restored meanwhile are here already */
  function add(added) {
    const photos = added.filter(({ id }) => !isHere(id));
    take(photos);
    store.add(photos);
  }

  const isHere = (/** @type {string} */ id) => [...photographs].some((photo) => photo.id === id);

  /** @param {Photo[]} photos */
  function take(photos) {
    for (const photo of photos) {
      belongTo(photo, account);
      photographs.add(photo);
    }
    appeared(photos);
    for (const photo of photos) if (photo.state === 'waiting') enqueue(() => run(photo));
  }

  /** @param {Restored[]} found */
  function restore(found) {
    const photos = found.filter(({ record }) => !isHere(record.id)).map((each) => restoredPhoto(each, renew));
    for (const photo of photos) store.welcome(photo);
    take(photos);
  }

  /** @param {Photo} photo */
  async function run(photo) {
    const { signal } = photo.stop;
    if (signal.aborted || photo.state !== 'waiting') return;
    change(photo, { state: 'segmenting', sentence: '' }, t('segmenting.'));
    const pausing = (/** @type {number} */ seconds) => {
      const sentence = t('The server is busy. Trying again in {seconds} s…', { seconds });
      change(photo, { sentence }, sentence);
    };
    const sending = followSending((now) => change(photo, now, null));
    try {
      const options = {
        force: photo.force, marks: marks(), signal, pausing, sent: sending.sent,
        decoded: (/** @type {Picture} */ picture) => {
          sending.seen(picture);
          decoded(photo, picture);
        },
        outdated: () => renew(photo),
      };
      const result = await segment(photo.source, options);
      change(photo, { state: 'done', sentence: '', result }, t('done.'));
      store.update(photo);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Refusal)) console.error(error);
      const foreseen = error instanceof Refusal ? error : new Refusal('page_error', t('Something went wrong on this page. Try again.'));
      change(photo, { state: 'refused', sentence: foreseen.message, code: foreseen.code }, foreseen.message);
      store.update(photo);
    } finally {
      ended(photo);
    }
  }

  /**
   * @param {Photo} photo
   * @param {Partial<Photo>} changes
   * @param {string | null} words
   */
  function change(photo, changes, words) {
    Object.assign(photo, changes);
    changed(photo, words && t('{name}: {words}', { name: photo.name, words }));
  }

  /** @param {Photo} photo */
  function retry(photo) {
    change(photo, beginning(), null);
    store.update(photo);
    enqueue(() => run(photo));
  }

  /**
   * Segments again what another model has segmented.
   * @param {Photo} photo
   */
  function renew(photo) {
    const { result } = photo;
    if (!result || !photographs.has(photo)) return;
    retry(photo);
    release(result);
    changed(photo, t('{name}: segmented again, since the service has another model or other settings now.', { name: photo.name }));
  }

  /** @param {Photo} photo */
  function anyway(photo) {
    Object.assign(photo, { force: true });
    retry(photo);
  }

  /** Those that may succeed now. */
  function repeatable() {
    return [...photographs].filter(({ state, code }) => state === 'refused' && !isFinal(code));
  }

  /** Stops everything that is not done yet. */
  function stop() {
    const going = [...photographs].filter(isGoing);
    for (const photo of going) {
      photo.stop.abort();
      change(photo, { state: 'refused', ...STOPPED }, null);
      store.update(photo);
    }
    return going.length;
  }

  /**
   * The photograph that has this result, if it is still here.
   * @param {unknown} result
   */
  function withResult(result) {
    return [...photographs].filter((photo) => photo.result === result);
  }

  /** Whether leaving the page ends work that does not go on after a reload. */
  function wouldBeLost() {
    return [...photographs].some((photo) => isGoing(photo) && !photo.stored);
  }

  /** @param {Photo[]} photos */
  function remove(photos) {
    for (const photo of photos) {
      photo.stop.abort();
      photographs.delete(photo);
      ended(photo);
    }
    store.remove(photos);
  }

  /**
   * Takes back a removal.
   * @param {Photo[]} photos
   */
  function putBack(photos) {
    // What was aborted with the removal can be done again, also saving a result.
    for (const photo of photos) Object.assign(photo, isGoing(photo) ? beginning() : { stop: new AbortController() });
    take(photos);
    store.add(photos);
  }

  whenPersonChanges((person) => {
    account = person?.account ?? null;
    for (const photo of photographs) if (belongTo(photo, account)) change(photo, {}, null);
  });

  // After a closed lid the connection is back a moment later than the page.
  addEventListener('online', () => [...photographs].filter(({ code }) => code === 'unreachable').forEach(retry));

  return {
    photographs: /** @type {ReadonlySet<Photo>} */ (photographs),
    add, restore, retry, anyway, repeatable, stop, withResult, wouldBeLost, remove, putBack,
  };
}
