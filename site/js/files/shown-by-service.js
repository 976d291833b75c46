// Has the service show a photograph that the browser cannot, such as TIFF and DICOM: as a JPEG copy, seen before the result and
// then part of it. It is asked only once the photograph has been sent, so that on a slow line the two do not compete.

import { previewOf } from '../api/preview.js';
import { shownSize } from './orientation.js';

/** @import { Picture } from '../viewer/preview.js' */
/** @import { SegmentOptions } from './segmentation.js' */

/** @typedef {Picture & { blob: Blob }} Copy a JPEG with its URL and its size in pixels, which may be smaller than the photograph's */

/**
 * `arrived` asks for the copy, from the upload if there is one; `copy` gives it; `end` gives it up or, unless it was given, releases it.
 * @param {{ bytes: Blob, name: string }} photograph
 * @param {Pick<SegmentOptions, 'signal' | 'decoded'>} options
 */
export function shownByService(photograph, { signal, decoded }) {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  /** @type {Promise<Copy | null> | null} */
  let asked = null;
  let url = '';
  let isGiven = false;

  /**
   * @param {string | null} upload
   * @returns {Promise<Copy | null>}
   */
  async function ask(upload) {
    const blob = await previewOf(upload ?? photograph, either);
    if (!blob || either.aborted) return null;
    URL.revokeObjectURL(url);
    url = URL.createObjectURL(blob);
    const size = await shownSize(url);
    return size && !either.aborted ? { blob, url, ...size } : null;
  }

  /** @param {string | null} upload */
  async function show(upload) {
    const shown = await ask(upload);
    if (shown) decoded(shown);
    return shown;
  }

  /**
   * For the result, with a URL that the caller releases; null if there is none. What failed is tried once more: the service may have
   * been busy, or its prediction was faster and has deleted the upload.
   */
  async function copy() {
    const given = (await asked) ?? (await ask(null));
    isGiven = Boolean(given);
    return given;
  }

  return {
    arrived: (/** @type {string | null} */ upload) => {
      asked ??= show(upload);
    },
    copy,
    end: () => {
      stop.abort();
      if (!isGiven) URL.revokeObjectURL(url);
    },
  };
}
