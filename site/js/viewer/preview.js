// What is seen before the first result: the photograph that is being segmented, where the browser can show it. The
// result takes its place in the same frame, so nothing moves.

import { finder } from '../ui/element.js';

/** @import { Viewer } from './viewer.js' */

/** @typedef {{ url: string, width: number, height: number }} Picture the photograph as the browser shows it, in pixels */

/** @param {{ page: ParentNode, viewer: Viewer }} parts */
export function createPreview({ page, viewer }) {
  const by = finder(page);
  /** @type {Map<{ name: string }, Picture>} what is being segmented, the first one first */
  const segmenting = new Map();
  /** @type {{ name: string } | null} */
  let seen = null;

  /**
   * @param {{ name: string }} photo
   * @param {Picture} picture
   */
  function begin(photo, picture) {
    segmenting.set(photo, picture);
  }

  /** @param {{ name: string }} photo */
  function end(photo) {
    segmenting.delete(photo);
  }

  /**
   * Shows the first photograph that is being segmented, unless a result is shown. Returns whether one is seen.
   * @param {boolean} result whether a result is shown
   */
  function look(result) {
    const [[photo, picture] = [null, null]] = result ? [] : segmenting;
    if (photo !== seen) {
      seen = photo;
      by('result').classList.toggle('pending', Boolean(photo));
      by('controls').inert = Boolean(photo);
      by('stage-status').hidden = !photo;
      if (picture) fill(photo.name, picture);
      else if (!result) viewer.hide();
    }
    return Boolean(photo);
  }

  /**
   * @param {string} name
   * @param {Picture} picture
   */
  function fill(name, picture) {
    by('result-title').textContent = name;
    by('placeholder').hidden = true;
    by('result').hidden = false; // the stage has a size only then
    viewer.preview(picture);
    scrollTo({ top: 0, behavior: 'instant' }); // the photograph is above all else
  }

  return { begin, end, look };
}
