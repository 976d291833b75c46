// Takes one photograph from its file to a result, or throws a Refusal. The caller must `release` the result's blob
// URLs. Nothing here touches the page.

import { grayOf, sameWayRound, shownSize } from './orientation.js';
import { predict } from '../api/prediction.js';
import { ofService, t } from '../ui/language.js';
import { lookingInto } from './looking.js';
import { picture, picturesOf, urlsOf } from './pictures.js';
import { shownByService } from './shown-by-service.js';
import { bytesOf } from './source.js';

/** @import { GraphFeatures, PredictionResponse } from 'openapi' */
/** @import { Pictures } from './pictures.js' */
/** @import { Copy } from './shown-by-service.js' */
/** @import { Source } from './source.js' */

/** @typedef {Omit<PredictionResponse, 'images' | 'image_urls'>} Findings the answer without its images */
/**
 * @typedef {object} Urls of blobs
 * @property {string | null} photograph
 * @property {string} original
 * @property {string} prediction
 * @property {string} mask
 * @property {string | null} [model_mask] the model's mask, where a person has corrected it
 * @property {string | null} [model_prediction] the model's at 128x128, likewise
 * @property {string | null} [corrected_arteries] which vessels are arteries, and which veins, where a person has said so
 * @property {string | null} [corrected_veins]
 * @property {string | null} overlay
 * @property {string | null} [artery_vein] arteries red, veins blue, unclear vessels white, on black
 * @property {string | null} [probability] the probability map, 255 is certain
 * @property {string | null} [kinds] arteries and veins as a layer of the viewer, once it is made
 * @property {string | null} [field_of_view] white where vessels were looked for, on black
 * @property {string | null} [outside] the rest as a layer of the viewer, once it is made
 */
/** @import { Mark } from '../viewer/marks.js' */
/** @import { Stored } from '../correction/as-stored.js' */
/** @import { Changes } from '../correction/changes.js' */
/** @import { Correction } from '../correction/corrected.js' */
/** @import { Picture } from '../viewer/preview.js' */
/** @import { StoredResult } from '../storage/record.js' */
/**
 * @callback Look asks the service for marks and puts them into the result
 * @param {Mark[]} marks
 * @param {{ signal: AbortSignal, pausing: (seconds: number) => void }} options
 * @returns {Promise<void>}
 */
/** @typedef {(options: { signal: AbortSignal, pausing: (seconds: number) => void }) => Promise<void>} MeasureAround puts intervals into the result */
/**
 * @typedef {object} Result
 * @property {string} name
 * @property {string} [file] the name that downloads are named after, if not `name`
 * @property {Findings} answer
 * @property {Urls} urls
 * @property {Stored} [stored] what the history has of it, if it comes from there
 * @property {Pictures} [pictures] the blobs of `urls`, where they did not come by URL
 * @property {Look | null} look null if there is nothing more to ask for
 * @property {GraphFeatures | null} [graph] the vessel graph; null if it can be asked for
 * @property {MeasureAround} [measureAround] if there are intervals to ask for
 * @property {Correction | null} [correction] of the mask by a person
 * @property {string | null} [recorded] the id of the record whose correction was made here, and may have been discarded here since
 * @property {string | null} [recordedTag] of that correction, as it was last seen
 * @property {Changes} [changes] of the mask, which can be undone
 * @property {number} [masks] how often the mask has changed since the page was opened
 * @property {string} [around] the marks with which intervals were measured, separated by commas
 * @property {string} [drawn] the marks that are drawn in the server's overlay, separated by commas
 * @property {string | null} fallback why the server's overlay is shown instead of the photograph, or null if it is not
 * @property {Copied | null} [copied] if the service's copy is shown instead of the photograph
 */
/** @typedef {{ reason: string, width: number, height: number }} Copied why, and the copy's size in pixels */
/** @typedef {{ width: number, height: number }} Size in pixels */

const SHOWN_BY_BROWSER = 'preview,mask';
const DRAWN_BY_SERVER = 'preview,mask,overlay';
/** What is sent before the browser has decoded it: a wrong guess costs a second answer, waiting costs everybody time. */
const USUALLY_SHOWN = new Set(['image/jpeg', 'image/png']);

/**
 * @typedef {object} SegmentOptions
 * @property {boolean} force
 * @property {Mark[]} marks
 * @property {AbortSignal} signal
 * @property {(seconds: number) => void} pausing
 * @property {(picture: Picture) => void} decoded called with the photograph before there is a result, if it can be shown
 * @property {(bytes: number, of: number) => void} sent called while the photograph is sent
 * @property {() => void} outdated called when more is asked for and the service answers with another model than the result's
 */

/**
 * @param {Source} source
 * @param {SegmentOptions} options
 * @returns {Promise<Result>}
 */
export async function segment(source, { force, marks, signal, pausing, decoded, sent, outdated }) {
  const bytes = await bytesOf(source);
  signal.throwIfAborted();
  const url = URL.createObjectURL(bytes);
  const early = shownByService({ bytes, name: source.name }, { signal, decoded });
  let [isKept, isOver] = [false, false];
  try {
    const looked = shownSize(url).then((size) => {
      if (size && !isOver && !signal.aborted) decoded({ url, ...size });
      return size;
    });
    const gray = looked.then((size) => size && grayOf(bytes)); // meanwhile, so that nobody waits for it after the answer
    gray.catch(() => undefined); // reported where it is needed
    const isShown = USUALLY_SHOWN.has(bytes.type) || Boolean(await looked);
    signal.throwIfAborted();
    const arrived = (/** @type {string | null} */ upload) => void looked.then((size) => size ?? (isOver || early.arrived(upload)));
    const options = { force, signal, pausing, sent, arrived };
    const outputs = (/** @type {string} */ images) => [images, ...marks].join();
    let answer = await predict(bytes, source.name, { ...options, outputs: outputs(isShown ? SHOWN_BY_BROWSER : DRAWN_BY_SERVER) });
    const { photograph, fallback, copied } = await layerOf({ bytes, url, size: await looked, gray }, answer, early.copy);
    signal.throwIfAborted();
    if (isShown && fallback) answer = await predict(bytes, source.name, { ...options, outputs: outputs(DRAWN_BY_SERVER) });
    signal.throwIfAborted();
    const { images, ...findings } = answer;
    const pictures = picturesOf(images, photograph && photograph.blob);
    const result = { name: source.name, answer: findings, fallback, copied, drawn: marks.join(), pictures, urls: urlsOf(pictures, photograph && photograph.url), look: null };
    isKept = result.urls.photograph === url;
    return lookingInto(result, source, { force, outdated });
  } finally {
    isOver = true;
    early.end();
    if (!isKept) URL.revokeObjectURL(url);
  }
}

/**
 * The result that was stored earlier, as if it had just been made.
 * @param {StoredResult} stored
 * @param {Source} source
 * @param {{ file: File, force: boolean, outdated: () => void }} options
 */
export function revived({ answer, pictures: stored, shown, copied: copy, fallback: reason, drawn, around, correction, recorded, recordedTag }, source, { file, force, outdated }) {
  const pictures = { ...stored, photograph: shown ? file : (stored.photograph ?? null) };
  const [fallback, copied] = [reason && ofService(reason), copy && { ...copy, reason: ofService(copy.reason) }];
  const result = { name: source.name, answer, fallback, copied, drawn, around, correction, recorded, recordedTag, pictures, urls: urlsOf(pictures), look: null };
  return lookingInto(result, source, { force, outdated });
}

/** @param {Result} result */
export function release(result) {
  const urls = /** @type {(string | null)[]} */ (Object.values(result.urls));
  for (const url of urls) if (url) URL.revokeObjectURL(url);
}

/**
 * What the browser shows under the vessels: the photograph, or the service's copy, or else nothing, since the service draws both.
 * @param {{ bytes: Blob, url: string, size: Size | null, gray: Promise<Float32Array | null> }} photograph
 * @param {PredictionResponse} answer
 * @param {() => Promise<Copy | null>} copyOf
 */
async function layerOf({ bytes, url, size, gray }, answer, copyOf) {
  const reason = size ? await disagreement(size, gray, answer) : t('Your browser cannot show this kind of photograph');
  if (!reason) return { photograph: { blob: bytes, url }, fallback: null, copied: null };
  const copy = await copyOf();
  if (!copy) return { photograph: null, fallback: reason, copied: null };
  const { width, height } = copy;
  return { photograph: copy, fallback: null, copied: { reason, width, height } };
}

/**
 * Why the vessels would not line up with the photograph as the browser shows it, or null if they would.
 * @param {Size} size
 * @param {Promise<Float32Array | null>} gray
 * @param {PredictionResponse} answer
 */
async function disagreement(size, gray, { photograph, images }) {
  if (size.width !== photograph.width || size.height !== photograph.height) {
    return t('Your browser shows this photograph at a different size than it was segmented at');
  }
  const [shown, sent] = await Promise.all([gray, grayOf(picture(images.original_image, 'image/png'))]);
  return !shown || sameWayRound(shown, sent) ? null : t('Your browser rotates this photograph differently from how it was segmented');
}
