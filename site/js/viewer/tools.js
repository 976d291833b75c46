// The tools on the photograph: wipe, loupe, probability and distance. Each is switched on and off by its button and its
// key; what they tell is written below the photograph, and read out when keys move the crosshair.

import { finder } from '../ui/element.js';
import { t } from '../ui/language.js';
import { createAim } from './aim.js';
import { createDistance } from './distance.js';
import { listenToLongPresses } from './long-press.js';
import { createLoupe } from './loupe.js';
import { createProbability } from './probability.js';
import { reasonAgainst, setReason, tellReason } from './reasons.js';
import { createWipe } from './wipe.js';

/** @import { Result } from '../files/segmentation.js' */
/** @import { Mark } from './marks.js' */
/** @import { Point } from './view.js' */
/** @import { Zoom } from './zoom.js' */

const TOOLS = /** @type {const} */ (['wipe', 'loupe', 'probability', 'distance']);
/** @typedef {(typeof TOOLS)[number]} Tool */
/** @type {Record<string, Tool>} */
export const KEYS = { w: 'wipe', l: 'loupe', v: 'probability', d: 'distance' };
const QUIET_MS = 300;

/**
 * `needed()` is called when `needs()` has changed; `wiping()` when the wipe is switched on; `picked(spot)` on Enter.
 * @param {{ page: ParentNode, zoom: Zoom, needed: () => void, wiping: () => void, picked: (spot: Point) => void }} parts
 */
export function createTools({ page, zoom, needed, wiping, picked }) {
  const by = finder(page);
  const [stage, readout, spoken] = [by('stage'), by('readout'), by('readout-spoken')];
  const buttons = new Map(TOOLS.map((tool) => [tool, by(`tool-${tool}`, HTMLButtonElement)]));
  /** @type {Set<Tool>} */
  const on = new Set();
  const wipe = createWipe({ page, zoom });
  const loupe = createLoupe({ page, zoom });
  const distance = createDistance({ page, zoom });
  const probability = createProbability();
  const aim = createAim({ page, zoom, active, moved, chosen });
  /** @type {Result | null} */
  let shown = null;
  /** @type {Point | null} */
  let spot = null;
  let [finger, held] = [false, false];
  let pause = 0;

  function active() {
    return on.has('loupe') || on.has('probability') || on.has('distance') || held;
  }

  const redraw = () => loupe.look(on.has('loupe') || held ? spot : null, finger);

  /** @type {(to: Point | null, byKey: boolean) => void} */
  function moved(to, byKey) {
    spot = to;
    redraw();
    if (on.has('distance')) distance.hover(to);
    tell(byKey);
  }

  /** @param {Point} at */
  function chosen(at) {
    if (!on.has('distance')) return picked(at);
    distance.choose(at);
    tell(true);
  }

  /** @param {boolean} aloud whether it is read out, once the keys rest */
  function tell(aloud) {
    const words = shown ? [...(on.has('probability') ? probability.told(shown, spot) : []), ...(on.has('distance') ? [distance.words(shown.answer.photograph.pixel_size_um)] : [])] : [];
    readout.hidden = !words.length;
    readout.replaceChildren(...words.map((each) => Object.assign(document.createElement('span'), { textContent: each })));
    clearTimeout(pause);
    if (aloud) pause = window.setTimeout(() => (spoken.textContent = words.join(' ')), QUIET_MS);
  }

  /**
   * @param {Tool} tool
   * @param {boolean} byKey
   */
  function toggle(tool, byKey) {
    const button = buttons.get(tool);
    if (!shown || !button || by('tools').hidden || (!on.has(tool) && tellReason(page, button))) return;
    if (!on.delete(tool)) on.add(tool);
    button.setAttribute('aria-pressed', String(on.has(tool)));
    stage.classList.toggle('aiming', active());
    if (tool === 'wipe') toggleWipe(byKey);
    else toggleAimed(tool, byKey);
  }

  /** @param {boolean} byKey */
  function toggleWipe(byKey) {
    const focused = by('wipe').contains(document.activeElement);
    wipe.set(on.has('wipe'));
    if (focused) stage.focus({ preventScroll: true }); // what is hidden loses the focus
    if (on.has('wipe')) wiping();
    if (on.has('wipe') && byKey) wipe.focus();
  }

  /**
   * @param {Tool} tool
   * @param {boolean} byKey
   */
  function toggleAimed(tool, byKey) {
    if (tool === 'distance') distance.clear();
    if (tool === 'probability') needed();
    if (on.has(tool) && byKey) {
      stage.focus();
      aim.begin();
    }
    if (active()) moved(spot, byKey);
    else aim.forget();
    aim.place();
  }

  const needs = () => /** @type {Mark[]} */ (on.has('probability') ? ['probability'] : []);

  /** Takes what has come. */
  async function update() {
    const result = shown;
    if (!result) return;
    try {
      await probability.load(on.has('probability') ? (result.urls.probability ?? null) : null);
    } catch {
      readout.textContent = t('This browser cannot read a photograph of that size.');
      return;
    }
    if (result === shown) tell(stage.contains(document.activeElement));
  }

  /** @param {Result} result */
  function show(result) {
    if (result !== shown) distance.clear();
    shown = result;
    for (const [tool, button] of buttons) setReason(button, reasonAgainst(tool, result));
    wipe.set(on.has('wipe') && Boolean(result.urls.photograph));
    by('tools').hidden = false;
    tell(false);
  }

  function hide() {
    shown = null;
    distance.clear();
    aim.forget();
    void probability.load(null);
    wipe.set(false);
    by('tools').hidden = true;
  }

  /**
   * Puts the tools away while the photograph is corrected, or brings their buttons back.
   * @param {boolean} away
   */
  function rest(away) {
    if (away) for (const tool of [...on]) toggle(tool, false);
    by('tools').hidden = away || !shown;
  }

  for (const [tool, button] of buttons) button.addEventListener('click', (event) => toggle(tool, event.detail === 0));
  stage.addEventListener('focus', () => stage.matches(':focus-visible') && aim.begin());
  stage.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !active()) return;
    for (const tool of [...on]) if (tool !== 'wipe') toggle(tool, false);
  });

  const press = listenToLongPresses({
    stage,
    pressed: (event) => {
      if (by('tools').hidden) return;
      held = true;
      finger = true;
      if (shown) moved(zoom.spotAt(event), false);
    },
    lifted: () => {
      held = false;
      redraw();
      if (!active()) aim.forget();
    },
  });
  stage.addEventListener('pointerdown', (event) => (finger = event.pointerType === 'touch'), { capture: true });

  const hands = {
    /** @param {PointerEvent} event */
    takes: (event) => on.has('distance') || (event.pointerType === 'touch' && active()),
    moving: press.cancel,
    /**
     * @param {PointerEvent} from
     * @param {PointerEvent} to
     */
    drag: (from, to) => {
      if (!on.has('distance') || to.pointerType === 'touch') return;
      distance.drag(zoom.spotAt(from), zoom.spotAt(to));
      tell(false);
    },
    /** @param {PointerEvent} event */
    tap: (event) => on.has('distance') && chosen(zoom.spotAt(event)), // else it is followed by a click
  };
  const keys = Object.entries(KEYS).map(([key, tool]) => /** @type {const} */ ([key, () => toggle(tool, true)]));
  return { show, hide, needs, rest, measures: () => on.has('distance'), redraw, update: () => void update(), hands, keys };
}
