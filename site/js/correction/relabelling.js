// Gives the chosen vessel segment another kind: artery, vein or unclear. Each can be undone. The figures follow once there
// has been no further change for a moment.

import { person } from '../auth/session.js';
import { finder } from '../ui/element.js';
import { createTrouble } from '../ui/trouble.js';
import { ask } from './ask.js';
import { correctKinds, kindsOf, withoutKinds } from './correcting.js';

/** @import { SegmentFeature } from 'openapi' */
/** @import { Result } from '../files/segmentation.js' */
/** @import { Kinds } from './correcting.js' */
/** @import { Kind } from './kinds-plane.js' */

const KINDS = /** @type {const} */ (['artery', 'vein', 'unknown']);
const QUIET_MS = 3000;

/** @typedef {{ segment: SegmentFeature, kind: SegmentFeature['properties']['kind'], before: Kinds | null, picture: Blob, masks: number }} Step `masks` says of which mask */

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
  let timer = 0;
  let busy = false;

  function current() {
    const { result, segments, chosen } = shown();
    const segment = chosen === null ? null : segments[chosen];
    const picture = result?.pictures?.artery_vein ?? null;
    return { result, segments, segment, picture, undoable: Boolean(result && stepsOf(result).length) };
  }

  /**
   * What can be undone on the mask that the result has.
   * @param {Result} result
   */
  function stepsOf(result) {
    const { masks = 0, correction } = result;
    return correction?.kinds ? (steps.get(result) ?? []).filter((step) => step.masks === masks) : [];
  }

  /** Shows what can be done with the chosen segment. It is there before one is chosen, so that the photograph stays under the pointer then. */
  function look() {
    const { result, segments, segment, picture, undoable } = current();
    const kind = segment && picture ? segment.properties.kind : null;
    by('relabel').hidden = !(picture && segments.some(({ properties }) => properties.kind)) && !undoable;
    by('relabel-note').hidden = !segments.length || !result?.pictures || Boolean(picture);
    KINDS.forEach((each, i) => {
      buttons[i].disabled = !kind;
      buttons[i].setAttribute('aria-pressed', String(kind === each));
    });
    undo.disabled = !undoable;
    const focused = document.activeElement;
    if (focused && by('relabel').contains(focused) && focused.matches(':disabled, [hidden] *')) by('stage').focus({ preventScroll: true }); // a disabled button loses the focus
  }

  /** @param {Kind} kind */
  async function set(kind) {
    const { result, segments, segment, picture } = current();
    if (busy || !result || !segment || !picture || segment.properties.kind === kind) return;
    busy = true;
    const { masks = 0 } = result;
    try {
      const lines = segments.map(({ geometry }) => geometry.coordinates);
      const { relabelled } = await ask({ relabel: { picture, lines, line: segments.indexOf(segment), kind } });
      if (!relabelled || masks !== (result.masks ?? 0)) return; // the vessels were corrected in the meantime
      const before = kindsOf(result);
      steps.set(result, [...stepsOf(result), { segment, kind: segment.properties.kind, before, picture, masks }]);
      correctKinds(result, relabelled, { vessels: relabelled.vessels, by: person()?.mail ?? null });
      segment.properties.kind = kind;
      follow(result);
    } finally {
      busy = false;
    }
  }

  function back() {
    const { result } = shown();
    const left = result ? stepsOf(result) : [];
    const step = left.pop();
    if (!result || !step) return;
    steps.set(result, left);
    step.segment.properties.kind = step.kind;
    const { graph } = result;
    if (step.before) correctKinds(result, step.before, { vessels: 0, by: person()?.mail ?? null });
    else withoutKinds(result, step.picture);
    result.graph = graph; // it is of this mask
    follow(result);
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
