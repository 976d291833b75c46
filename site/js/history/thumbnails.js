// Thumbnails of saved photographs in their list, fetched when they come into view. Records of earlier versions have none
// and keep the letter of their eye. A thumbnail that cannot be fetched is left out: the list says the rest.

import { askBlob } from '../api/requests.js';
import { element } from '../ui/element.js';

/** @import { SavedPrediction } from 'openapi' */

const MARGIN = '200px';

export function createThumbnails() {
  /** @type {Map<Element, string>} where they are, by the place that shows them */
  const addresses = new Map();
  /** @type {string[]} */
  let urls = [];
  let stop = new AbortController();
  const observer = new IntersectionObserver(
    (entries) => entries.filter(({ isIntersecting }) => isIntersecting).forEach(({ target }) => void show(target)),
    { rootMargin: MARGIN },
  );

  /** @param {Element} place */
  async function show(place) {
    const address = addresses.get(place);
    observer.unobserve(place);
    if (!address || !addresses.delete(place)) return;
    const { signal } = stop;
    const blob = await askBlob(address, signal).catch(() => null);
    if (!blob || signal.aborted) return;
    const url = URL.createObjectURL(blob);
    urls.push(url);
    place.append(element('img', { class: 'item-thumbnail', src: url, alt: '', width: 44, height: 44 }));
  }

  /**
   * Shows the record's thumbnail in `place` once that comes into view.
   * @param {Element} place
   * @param {SavedPrediction} record
   */
  function watch(place, { image_urls: images }) {
    if (!images.thumbnail) return;
    addresses.set(place, images.thumbnail);
    observer.observe(place);
  }

  /** Forgets all places, before the list is filled again. */
  function clear() {
    stop.abort();
    stop = new AbortController();
    observer.disconnect();
    addresses.clear();
    for (const url of urls) URL.revokeObjectURL(url);
    urls = [];
  }

  return { watch, clear };
}
