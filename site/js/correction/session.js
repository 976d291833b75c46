// The correction of one photograph while it is open: strokes on its plane, undo and redo, and how much is vessel. After a
// short pause the mask is written in correction-worker.js and put into the result, but never within a stroke.

import { ask } from './ask.js';
import { createChanges } from './changes.js';
import { hasOtherKinds, withStoredKinds } from './as-stored.js';
import { correct, correctKinds, kindsOf, withoutKinds, withoutStrokes } from './correcting.js';
import { boxOf, departed, discarded, flip, gained, paint, under } from './plane.js';
import { unwritten, writing } from './unwritten.js';

/** @import { Result } from '../files/segmentation.js' */
/** @import { Point, Size } from '../viewer/view.js' */
/** @import { Kinds } from './correcting.js' */
/** @import { Box } from './plane.js' */
/** @import { Opened } from './unwritten.js' */

/** @typedef {ReturnType<typeof createSession>} Session */

const PAUSE_MS = 300;
/** @type {WeakMap<ArrayLike<number>, Kinds>} the arteries and veins that a change has discarded */
const discardedKinds = new WeakMap();

/**
 * `changed(box)` is called when pixels within the box have changed, `touched()` when `areWritten` has, but for what `written(result)` tells:
 * that the result has the mask.
 * @param {Opened & {
 *   result: Result, by: () => string | null,
 *   changed: (box: Box | null) => void, touched: () => void, written: (result: Result) => void, failed: () => void,
 * }} parts
 */
export function createSession({ result, plane, size, counted, by, changed, touched, written, failed }) {
  const changes = (result.changes ??= createChanges());
  /** @type {number[] | null} of the stroke that is being made */
  let stroke = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let pending = unwritten.has(result);
  let busy = false;

  /** There are strokes that are not in the result. */
  function hold() {
    if (unwritten.has(result)) return;
    unwritten.set(result, { plane, size, counted });
    touched();
  }

  /** Returns whether all strokes are in the result now. */
  function release() {
    return !pending && !stroke && !busy && unwritten.delete(result);
  }

  /** @param {ArrayLike<number>} runs that have been flipped or painted */
  function note(runs) {
    counted.vessels += gained(plane, runs);
    counted.differing += departed(plane, runs);
    counted.discardable += departed(plane, runs, false);
    changed(boxOf(runs, size.width));
  }

  /**
   * @param {Point} from
   * @param {Point} to
   * @param {number} diameter
   * @param {boolean} on whether vessels are painted or erased
   */
  function draw(from, to, diameter, on) {
    const runs = paint(plane, under(from, to, diameter, size), on);
    stroke ??= [];
    hold(); // from the first touch: another tab may ask at any moment
    for (const each of runs) stroke.push(each);
    note(runs);
  }

  /** Ends the stroke, which is then one change. */
  function finish() {
    const runs = stroke;
    stroke = null;
    if (runs?.length) remember(Uint32Array.from(runs));
    else if (pending) schedule();
    else if (release()) touched();
  }

  /** Takes back the stroke that is being made, and returns whether there was one. */
  function cancel() {
    const runs = stroke;
    stroke = null;
    if (runs) turn(runs);
    if (runs && pending) schedule();
    else if (runs && release()) touched();
    return runs !== null;
  }

  /** @param {ArrayLike<number>} runs */
  function turn(runs) {
    flip(plane, runs);
    note(runs);
  }

  /** @param {ArrayLike<number>} runs */
  function remember(runs) {
    changes.add(runs);
    schedule();
  }

  /**
   * Within a stroke, only that is taken back.
   * @param {'undo' | 'redo'} way
   */
  function step(way) {
    if (cancel()) return true;
    const runs = changes[way]();
    if (!runs) return false;
    turn(runs);
    const kinds = discardedKinds.get(runs);
    if (kinds && way === 'undo') correctKinds(result, kinds, { vessels: counted.vessels, by: by() });
    else if (kinds) dropKinds();
    schedule();
    return true;
  }

  /** The model's vessels again, as one change, and its arteries and veins; of a result of the history, what is stored. */
  function discard() {
    cancel();
    const runs = Uint32Array.from(discarded(plane, size));
    const others = result.stored ? hasOtherKinds(result) : hasKinds();
    const kinds = others && kindsOf(result);
    if (kinds) discardedKinds.set(runs, kinds);
    if (others) dropKinds();
    turn(runs);
    if (runs.length || kinds) remember(runs);
    else if (others) schedule();
  }

  function schedule() {
    pending = true;
    hold();
    clearTimeout(timer);
    timer = setTimeout(() => void settle(), PAUSE_MS);
  }

  /** Resolves once the result has the mask as it is now. A stroke that is being made is left until it ends. */
  async function settle() {
    clearTimeout(timer);
    if (pending && !stroke) writing.set(result, (writing.get(result) ?? Promise.resolve()).then(put));
    await writing.get(result);
  }

  async function put() {
    if (!pending || stroke) return; // the end of the stroke schedules it again
    [pending, busy] = [false, true];
    const counts = { vessels: counted.vessels, area: counted.field, by: by() };
    try {
      if (result.stored && !counted.discardable) correct(result, result.stored.mask, counts);
      else if (isCorrected() || result.stored) {
        const { png } = await ask({ encode: plane, size });
        if (!png) throw new Error('The worker sent no mask.');
        correct(result, png, counts);
      } else withoutStrokes(result, counts);
      busy = false;
      release();
      written(result);
    } catch (error) {
      busy = false;
      console.error(error);
      pending = true; // it is written with the next change
      failed();
    }
  }

  const isCorrected = () => counted.differing > 0;
  const canDiscard = () => (result.stored ? counted.discardable > 0 || hasOtherKinds(result) : isCorrected() || hasKinds());
  const dropKinds = () => (result.stored ? withStoredKinds(result) : withoutKinds(result));
  const hasKinds = () => Boolean(result.correction?.kinds);
  if (pending) schedule();

  return {
    draw, finish, cancel, step, discard, settle, canDiscard,
    canUndo: changes.canUndo,
    canRedo: changes.canRedo,
    /** @param {boolean} [ofModel] */
    density: (ofModel = false) => (ofModel ? counted.model : counted.vessels) / counted.field,
  };
}
