// The pictures of a result as blobs, made from the service's base64, and the blob URLs by which the page shows them.

/** @import { Images } from 'openapi' */
/** @import { Urls } from './segmentation.js' */

/**
 * @typedef {object} Pictures
 * @property {Blob | null} photograph or the service's copy of it; null if neither is shown
 * @property {Blob} original 128x128
 * @property {Blob} prediction 128x128
 * @property {Blob} mask
 * @property {Blob | null} [model_mask] the model's, where a person has corrected the mask
 * @property {Blob | null} [model_prediction] the model's at 128x128, likewise
 * @property {Blob | null} [corrected_arteries] which vessels are arteries, and which veins, where a person has said so
 * @property {Blob | null} [corrected_veins]
 * @property {Blob | null} overlay by the service, where the photograph is not shown
 * @property {Blob | null} artery_vein
 * @property {Blob | null} probability
 * @property {Blob | null} field_of_view
 */

/**
 * Throws an Error if the answer lacks a picture that was asked for.
 * @param {Images} images
 * @param {Blob | null} photograph
 * @returns {Pictures}
 */
export function picturesOf(images, photograph) {
  return {
    photograph,
    original: picture(images.original_image, 'image/png'),
    prediction: picture(images.prediction_image, 'image/png'),
    mask: picture(images.mask, 'image/png'),
    overlay: images.overlay && !photograph ? picture(images.overlay, 'image/jpeg') : null,
    artery_vein: images.artery_vein ? picture(images.artery_vein, 'image/png') : null,
    probability: images.probability ? picture(images.probability, 'image/png') : null,
    field_of_view: images.field_of_view ? picture(images.field_of_view, 'image/png') : null,
  };
}

/**
 * The caller revokes them.
 * @param {Pictures} pictures
 * @param {string | null} [photograph] the URL of the photograph if it has one, so that what is shown is not loaded again
 * @returns {Urls}
 */
export function urlsOf({ photograph: bytes, ...pictures }, photograph = bytes && URL.createObjectURL(bytes)) {
  const blobs = /** @type {[string, Blob | null][]} */ (Object.entries(pictures));
  /** @type {Record<string, string | null>} */
  const urls = Object.fromEntries(blobs.map(([name, blob]) => [name, blob && URL.createObjectURL(blob)]));
  return /** @type {Urls} */ (/** @type {unknown} */ ({ photograph, ...urls }));
}

/**
 * Puts other blobs of the same content in place of pictures, with new URLs. What has come in the meantime stays.
 * @param {{ pictures?: Pictures, urls: Urls }} result
 * @param {Pictures} before
 * @param {Omit<Pictures, 'photograph'> & { photograph?: Blob | null }} after
 */
export function exchange({ pictures, urls }, before, after) {
  for (const name of /** @type {(keyof typeof after)[]} */ (Object.keys(after))) {
    const [blob, url] = [after[name], urls[name]];
    if (!pictures || !blob || !url || pictures[name] !== before[name]) continue;
    URL.revokeObjectURL(url);
    pictures[name] = blob;
    urls[name] = URL.createObjectURL(blob);
  }
}

/**
 * @param {string | null | undefined} base64
 * @param {string} type
 */
export function picture(base64, type) {
  if (!base64) throw new Error('The answer lacks a picture.');
  return new Blob([bytesOf(base64)], { type });
}

/**
 * A loop, since a callback for each of some 100,000 characters takes the page ten times as long.
 * @param {string} base64
 */
function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return bytes;
}
