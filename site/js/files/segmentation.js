// One photograph from file to result. Enters: a source `{name, open}`; leaves: a result `{name, bytes, answer, urls,
// fallback}` whose blob URLs its owner releases, or a Refusal. Does not touch the page.

import { sameWayRound } from './orientation.js';
import { predict } from '../api/prediction.js';
import { bytesOf } from './source.js';

const SHOWN_BY_BROWSER = 'preview,mask';
const DRAWN_BY_SERVER = 'preview,mask,overlay';

/** `fallback` is null, or the sentence that says why the server's overlay is shown instead of the photograph. */
export async function segment(source, { force, signal, pausing }) {
  const bytes = await bytesOf(source);
  signal.throwIfAborted();
  const url = URL.createObjectURL(bytes);
  try {
    const size = await shownSize(url);
    const wishes = { force, signal, pausing };
    let answer = await predict(bytes, source.name, { ...wishes, outputs: size ? SHOWN_BY_BROWSER : DRAWN_BY_SERVER });
    let fallback = size ? null : 'Your browser cannot show this kind of photograph';
    if (size) {
      fallback = await disagreement(url, size, answer);
      if (fallback) answer = await predict(bytes, source.name, { ...wishes, outputs: DRAWN_BY_SERVER });
    }
    signal.throwIfAborted();
    if (fallback) URL.revokeObjectURL(url);
    return { name: source.name, bytes: bytes.size, answer, fallback, urls: urlsOf(answer.images, fallback ? null : url) };
  } catch (error) {
    URL.revokeObjectURL(url);
    throw error;
  }
}

export function release(result) {
  for (const url of Object.values(result.urls)) if (url) URL.revokeObjectURL(url);
}

/** Why the vessels would not lie on the photograph as the browser shows it; null where they do. */
async function disagreement(url, size, { photograph, images }) {
  if (size.width !== photograph.width || size.height !== photograph.height) {
    return 'Your browser shows this photograph at a different size than it was segmented at';
  }
  const preview = blobUrl(images.original_image, 'image/png');
  try {
    return (await sameWayRound(url, preview)) ? null : 'Your browser rotates this photograph differently from how it was segmented';
  } finally {
    URL.revokeObjectURL(preview);
  }
}

/** The size at which the browser shows the photograph, EXIF orientation applied; null where it cannot show it. */
async function shownSize(url) {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    return null;
  }
  return { width: image.naturalWidth, height: image.naturalHeight };
}

function urlsOf(images, photograph) {
  return {
    photograph,
    original: blobUrl(images.original_image, 'image/png'),
    prediction: blobUrl(images.prediction_image, 'image/png'),
    mask: blobUrl(images.mask, 'image/png'),
    overlay: images.overlay ? blobUrl(images.overlay, 'image/jpeg') : null,
  };
}

function blobUrl(base64, type) {
  return URL.createObjectURL(new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], { type }));
}
