// Gives the chosen vessel segment another kind: artery, vein or unclear. Each can be undone. The figures follow once there
// has been no further change for a moment.

import { person } from '../auth/session.js';
import { finder } from '../ui/element.js';
import { createTrouble } from '../ui/trouble.js';
import { ask } from './ask.js';
import { correctKinds, revert } from './corrected.js';

/** @import { SegmentFeature } from 'openapi' */
/** @import { Result } from '../files/segmentation.js' */
/** @import { Relabelled } from './correction-worker.js' */
/** @import { Kind } from './kinds-plane.js' */

const KINDS = /** @type {const} */ (['artery', 'vein', 'unknown']);
const QUIET_MS = 3000;

/** @typedef {{ segment: SegmentFeature, kind: SegmentFeature['properties']['kind'], before: Relabelled | null, picture: Blob }} Step */

/**
 * `changed(result)` is called when kinds have changed, `quiet()` a moment later. `shown()` is the result with segments, and the chosen one's number.
 * @param {{
 *   page: ParentNode, shown: () => { result: Result | null, segments: SegmentFeature[], chosen: number | null },
 *   changed: (result: Result) => void, quiet: () => void,
 * }} parts
 */
export function createRelabelling({ page, shown, changed, quiet }) {
  const by = finder(page);
  const buttons = KINDS.map((kind) => by(`relabel-${kind}`, HTMLButtonElement));
  const undo = by('relabel-undo', HTMLButtonElement);
  const { attempt } = createTrouble(by('relabel-trouble'));
  /** @type {WeakMap<Result, Step[]>} */
  const steps = new WeakMap();
  /** @type {WeakMap<Result, Relabelled>} as they were set last */
  const latest = new WeakMap();
  let timer = 0;
  let busy = false;

  function current() {
    const { result, segments, chosen } = shown();
    const segment = chosen === null ? null : segments[chosen];
    const picture = result?.pictures?.artery_vein ?? null;
    return { result, segments, segment, picture, undoable: Boolean(result && steps.get(result)?.length) };
  }

  /** Shows what can be done with the chosen segment. */
  function look() {
    const { result, segment, picture, undoable } = current();
    const kind = segment && picture ? segment.properties.kind : null;
    by('relabel').hidden = !kind && !undoable;
    by('relabel-note').hidden = !segment || !result?.pictures || Boolean(picture);
    KINDS.forEach((each, i) => {
      buttons[i].disabled = !kind;
      buttons[i].setAttribute('aria-pressed', String(kind === each));
    });
    undo.disabled = !undoable;
  }

  /** @param {Kind} kind */
  async function set(kind) {
    const { result, segments, segment, picture } = current();
    if (busy || !result || !segment || !picture || segment.properties.kind === kind) return;
    busy = true;
    try {
      const lines = segments.map(({ geometry }) => geometry.coordinates);
      const { relabelled } = await ask({ relabel: { picture, lines, line: segments.indexOf(segment), kind } });
      if (relabelled && result.pictures?.artery_vein === picture) note(result, { segment, kind: segment.properties.kind, before: latest.get(result) ?? null, picture }, relabelled, kind);
    } finally {
      busy = false;
    }
  }

  /**
   * @param {Result} result
   * @param {Step} step which can be undone
   * @param {Relabelled} kinds
   * @param {Kind} kind
   */
  function note(result, step, kinds, kind) {
    steps.set(result, [...(steps.get(result) ?? []), step]);
    take(result, kinds);
    step.segment.properties.kind = kind;
    follow(result);
  }

  function back() {
    const { result } = shown();
    const step = result && steps.get(result)?.pop();
    if (!result || !step) return;
    step.segment.properties.kind = step.kind;
    if (step.before) take(result, { ...step.before, picture: step.picture });
    else withdraw(result, step.picture);
    follow(result);
  }

  /**
   * @param {Result} result
   * @param {Relabelled} kinds
   */
  function take(result, kinds) {
    latest.set(result, kinds);
    correctKinds(result, kinds, { vessels: kinds.vessels, by: person()?.mail ?? null });
  }

  /**
   * The model's kinds again.
   * @param {Result} result
   * @param {Blob} picture of the model's
   */
  function withdraw(result, picture) {
    const { pictures, correction, urls } = result;
    latest.delete(result);
    if (!pictures || !correction) return;
    [pictures.corrected_arteries, pictures.corrected_veins] = [null, null];
    const { graph } = result;
    if (pictures.mask === pictures.model_mask) Object.assign(revert(result), { graph }); // it is of this mask
    else result.correction = { ...correction, kinds: false, measured: false };
    if (urls.artery_vein) URL.revokeObjectURL(urls.artery_vein);
    if (urls.kinds) URL.revokeObjectURL(urls.kinds);
    pictures.artery_vein = picture;
    [urls.artery_vein, urls.kinds] = [URL.createObjectURL(picture), null];
  }

  /** @param {Result} result */
  function follow(result) {
    look();
    changed(result);
    clearTimeout(timer);
    timer = window.setTimeout(quiet, QUIET_MS);
  }

  KINDS.forEach((kind, i) => buttons[i].addEventListener('click', () => void attempt(() => set(kind))));
  undo.addEventListener('click', back);
  return { look };
}
