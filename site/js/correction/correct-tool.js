// The tool that corrects the vessels of the photograph: its controls, keys and words. The strokes are made by strokes.js,
// the plane is in session.js, and the layer is drawn by painting.js.

import { person } from '../auth/session.js';
import { finder } from '../ui/element.js';
import { createBrushSize } from './brush-size.js';
import { createCorrectControls } from './correct-controls.js';
import { listenToKeys } from './correct-keys.js';
import { createPainting } from './painting.js';
import { createSession } from './session.js';
import { createStrokes } from './strokes.js';
import { areWritten, planeOf } from './unwritten.js';

/** @import { Result } from '../files/segmentation.js' */
/** @import { Hands } from '../viewer/gestures.js' */
/** @import { Mark } from '../viewer/marks.js' */
/** @import { Zoom } from '../viewer/zoom.js' */
/** @import { Session } from './session.js' */
/** @import { Opened } from './unwritten.js' */

/**
 * `needed()` is called when `needs()` has changed, `failed()` is whether it could not be got; `begun()` and `ended()` when the tool is switched on and off; `painting()` before
 * a stroke; `touched()` when strokes are made that are in no mask yet, or taken back; `written(result)` when a result has another mask; `late()` when that of what is shown was written only after the tool had been left.
 * @param {{
 *   page: ParentNode, zoom: Zoom, colour: () => string, needed: () => void, failed: () => boolean, begun: () => void, ended: () => void, painting: () => void, touched: () => void, written: (result: Result) => void, late: () => void,
 * }} parts
 */
export function createCorrectTool({ page, zoom, colour, needed, failed, begun, ended, painting, touched, written, late }) {
  const by = finder(page);
  const stage = by('stage');
  const open = by('tool-correct', HTMLButtonElement);
  const controls = createCorrectControls({ page });
  const hands = { brush: by('hand-brush', HTMLInputElement), eraser: by('hand-eraser', HTMLInputElement) };
  const size = createBrushSize({ page, changed: () => strokes.place() });
  const model = by('correct-model', HTMLButtonElement);
  const layer = createPainting(by('layer-correction', HTMLCanvasElement));
  const isModelShown = () => model.getAttribute('aria-pressed') === 'true';
  /** @type {Result | null} */
  let shown = null;
  /** @type {Session | null} */
  let session = null;
  let on = false;

  const strokes = createStrokes({
    page,
    zoom,
    active: () => session !== null,
    diameter: () => size.value(),
    draw(from, to) {
      painting();
      showModel(false);
      session?.draw(from, to, size.value(), hands.brush.checked);
    },
    finish: () => act(() => session?.finish()),
    cancel: () => act(() => session?.cancel()),
    early: () => on && controls.early(),
  });

  /** @type {() => Mark[]} */
  const needs = () => (on ? ['field_of_view'] : []);

  /** @param {Result} result */
  function show(result) {
    if (result !== shown) close();
    shown = result;
  }

  function hide() {
    close();
    shown = null;
  }

  /** Begins once the field of view is known. */
  async function update() {
    const result = shown;
    if (!on || session || !result) return;
    if (!result.pictures?.field_of_view) return controls.wait(!failed());
    const isWanted = () => on && !session && result === shown;
    const opened = await planeOf(result).catch((error) => void (isWanted() && controls.fail(error)));
    if (opened && isWanted()) start(result, opened);
  }

  /**
   * @param {Result} result
   * @param {Opened} opened
   */
  function start(result, opened) {
    layer.begin(opened.plane, opened.size);
    session = createSession({ result, ...opened, by: () => person()?.mail ?? null, changed, touched, written: follow, failed: () => result === shown && controls.unwritten() });
    stage.classList.add('correcting');
    look();
    controls.tell(session);
    if (stage.matches(':focus-visible')) strokes.appear();
  }

  /** @type {Parameters<typeof createSession>[0]['changed']} */
  function changed(box) {
    layer.touch(box);
    if (session) controls.count(session);
  }

  /** @param {Result} result */
  function follow(result) {
    written(result);
    if (result !== shown) return;
    controls.say('');
    if (!on) late();
  }

  /** With the colour of the view. */
  function look() {
    if (session) layer.look(colour(), isModelShown());
  }

  /** @param {() => unknown} action */
  function act(action) {
    showModel(false);
    action();
    if (session) controls.tell(session);
  }

  /** @param {'undo' | 'redo'} way */
  const step = (way) => strokes.stop() || act(() => session?.step(way));

  /** @param {boolean} wanted */
  function showModel(wanted) {
    model.setAttribute('aria-pressed', String(wanted));
    look();
  }

  function begin() {
    if (on || !shown) return;
    on = true;
    stage.classList.add('aiming');
    begun();
    load();
  }

  function load() {
    controls.show(Boolean(shown?.stored));
    stage.focus({ preventScroll: true });
    if (shown?.urls.field_of_view) void update();
    else needed();
  }

  /** Ends the tool; the correction stays. */
  function close() {
    if (!on) return;
    on = false;
    strokes.end();
    void session?.settle();
    session = null;
    showModel(false);
    layer.end();
    controls.hide();
    stage.classList.remove('aiming', 'correcting');
    ended();
  }

  /** Resolves once the strokes are in the mask, or could not be written. */
  async function leave() {
    const left = session;
    close();
    await left?.settle();
  }

  async function measure() {
    await session?.settle();
    if (on) needed();
  }

  async function done() {
    const result = shown;
    await session?.settle();
    if (result !== shown) return;
    close();
    open.focus({ preventScroll: true });
  }

  by('correct-again').addEventListener('click', load);
  by('correct-measure').addEventListener('click', () => void measure());
  by('correct-done').addEventListener('click', () => void done());
  by('correct-undo').addEventListener('click', () => step('undo'));
  by('correct-redo').addEventListener('click', () => step('redo'));
  by('correct-discard').addEventListener('click', () => act(() => session?.discard()));
  model.addEventListener('click', () => showModel(!isModelShown()));
  stage.addEventListener('focus', () => session && stage.matches(':focus-visible') && strokes.appear());
  listenToKeys({ active: () => on, resize: (way) => size.step(way), step, choose: (hand) => (hands[hand].checked = true), done: () => void done() });

  /** @type {Hands} */
  const taking = { takes: () => true, moving: () => {}, drag: () => {}, tap: () => {} };
  return {
    show, hide, needs, look, begin, leave,
    update: () => void update(),
    hands: () => (on ? taking : null),
    isWritten: areWritten,
  };
}
