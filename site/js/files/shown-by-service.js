// Has the service show a photograph that the browser cannot, such as TIFF and DICOM, until its result is there. It is asked
// only once the photograph has been sent, so that on a slow line the result does not wait for the picture.

import { previewOf } from '../api/preview.js';
import { shownSize } from './orientation.js';

/** @import { SegmentOptions } from './segmentation.js' */

/**
 * `arrived` asks for the picture, from the upload if there is one; `end` gives it up or releases it.
 * @param {{ bytes: Blob, name: string }} photograph
 * @param {Pick<SegmentOptions, 'signal' | 'decoded'>} options
 */
export function shownByService(photograph, { signal, decoded }) {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let asked = false;
  let url = '';

  /** @param {string | null} upload */
  async function show(upload) {
    const picture = await previewOf(upload ?? photograph, either);
    if (!picture || either.aborted) return;
    url = URL.createObjectURL(picture);
    const size = await shownSize(url);
    if (size && !either.aborted) decoded({ url, ...size });
  }

  return {
    arrived: (/** @type {string | null} */ upload) => {
      if (!asked) void show(upload);
      asked = true;
    },
    end: () => {
      stop.abort();
      URL.revokeObjectURL(url);
    },
  };
}
