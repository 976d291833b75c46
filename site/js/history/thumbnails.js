// Thumbnails of saved photographs in their list, fetched when they come into view. Records of earlier versions have none
// and keep the letter of their eye. A thumbnail that cannot be fetched is left out: the list says the rest.

import { askBlob } from '../api/requests.js';
import { element } from '../ui/element.js';
import { inProportion } from '../ui/proportions.js';

/** @import { SavedPrediction } from 'openapi' */

const SIDE = 44; // CSS pixels
const MARGIN = '200px';

export function createThumbnails() {
  /** @type {Map<Element, { address: string, photograph: SavedPrediction['photograph'] }>} where they are, by the place that shows them */
  const watched = new Map();
  /** @type {string[]} */
  let urls = [];
  let stop = new AbortController();
  const observer = new IntersectionObserver(
    (entries) => entries.filter(({ isIntersecting }) => isIntersecting).forEach(({ target }) => void show(target)),
    { rootMargin: MARGIN },
  );

  /** @param {Element} place */
  async function show(place) {
    const thumbnail = watched.get(place);
    observer.unobserve(place);
    if (!thumbnail || !watched.delete(place)) return;
    const { signal } = stop;
    const blob = await askBlob(thumbnail.address, signal).catch(() => null);
    if (!blob || signal.aborted) return;
    const url = URL.createObjectURL(blob);
    urls.push(url);
    const image = element('img', { class: 'item-thumbnail', src: url, alt: '', width: SIDE, height: SIDE });
    inProportion(image, thumbnail.photograph, SIDE);
    place.append(image);
  }

  /**
   * Shows the record's thumbnail in `place` once that comes into view.
   * @param {Element} place
   * @param {SavedPrediction} record
   */
  function watch(place, { image_urls: images, photograph }) {
    if (!images.thumbnail) return;
    watched.set(place, { address: images.thumbnail, photograph });
    observer.observe(place);
  }

  /** Forgets all places, before the list is filled again. */
  function clear() {
    stop.abort();
    stop = new AbortController();
    observer.disconnect();
    watched.clear();
    for (const url of urls) URL.revokeObjectURL(url);
    urls = [];
  }

  return { watch, clear };
}
