// How the photograph and its vessels are drawn: in colour or red-free, filled or as lines, and at which threshold. Moving
// the threshold draws the vessels and measures their density at once, in the browser; what the service measured stays.

import { finder } from '../ui/element.js';
import { decimal, locale, t } from '../ui/language.js';
import { remember, remembered } from '../ui/remembered.js';
import { createDrawing } from './drawing.js';
import { areaOf } from './vessel-map.js';

/** @import { Result } from '../files/segmentation.js' */
/** @import { PhotographStyle } from './drawing.js' */
/** @import { Colours } from './kinds.js' */
/** @import { Mark } from './marks.js' */
/** @import { VesselStyle } from './vessel-map.js' */

const WHITE = '#ffffff';

/**
 * `needed()` is called when `needs()` has changed: what is to be asked of the service.
 * @param {{ page: ParentNode, colours: () => Colours, view: () => 'photograph' | 'overlay' | 'vessels', needed: () => void }} parts
 */
export function createLayers({ page, colours, view, needed }) {
  const by = finder(page);
  const [grey, vessels] = [by('layer-grey', HTMLCanvasElement), by('layer-vessels', HTMLCanvasElement)];
  const [photographStyle, vesselStyle] = [by('photograph-style', HTMLSelectElement), by('vessel-style', HTMLSelectElement)];
  const slider = by('threshold', HTMLInputElement);
  const drawing = createDrawing({ canvases: { photograph: grey, vessels }, drawn: measure });
  /** @type {Result | null} */
  let shown = null;
  /** @type {number | null} chosen by the user; null is the service's */
  let threshold = null;
  /** @type {number | null} pixels of the field of view */
  let area = null;
  let asked = '';
  let ofModel = false;
  /** Whether the worker has the mask. */
  let ready = false;

  const style = () => /** @type {VesselStyle} */ (vesselStyle.value);

  /** @returns {Mark[]} */
  function needs() {
    return threshold !== null || style() === 'probability' ? ['probability'] : [];
  }

  /** @param {Result} result */
  function show(result) {
    shown = result;
    [area, asked, threshold, ready, ofModel] = [null, '', null, false, false];
    drawing.clear();
    vessels.dataset.state = 'drawing';
    slider.value = String(result.answer.threshold);
    photographStyle.disabled = !result.urls.photograph;
    by('threshold-part').hidden = !result.look;
    for (const option of vesselStyle.options) option.disabled = option.value === 'probability' && !result.look;
    say();
  }

  function hide() {
    shown = null;
    drawing.clear();
    for (const canvas of [grey, vessels]) canvas.width = canvas.height = 0;
  }

  /** Gives the worker what has come, and draws again. */
  async function update() {
    const result = shown;
    if (!result) return;
    const { urls, answer } = result;
    if (isOutdated()) vessels.dataset.state = 'drawing';
    const inGrey = photographStyle.value !== 'colour' && urls.photograph;
    try {
      await drawing.give('mask', maskOf(urls));
      if (urls.probability) await drawing.give('probability', urls.probability);
      if (inGrey) await drawing.give('photograph', inGrey);
    } catch {
      if (result === shown) by('threshold-note').textContent = t('This browser cannot draw a photograph of that size.');
      return;
    }
    if (result !== shown) return;
    ready = true;
    if (area === null && answer.measurements.vascular_density) drawVessels(null, 'filled'); // to count the service's vessels
    redraw();
    grey.hidden = !inGrey;
    if (inGrey) drawing.draw({ layer: 'photograph', style: /** @type {PhotographStyle} */ (photographStyle.value) });
  }

  /** @param {Result['urls']} urls */
  function maskOf({ mask, model_mask: model }) {
    return (ofModel && model) || mask;
  }

  const wish = () => [style(), threshold, view() === 'vessels', shown?.urls.probability].join();

  /** Whether the vessels can be drawn otherwise than they are. */
  function isOutdated() {
    return wish() !== asked && Boolean(!needs().length || shown?.urls.probability);
  }

  /** With the colour of the view. */
  function redraw() {
    if (!shown || !ready || !isOutdated()) return;
    asked = wish();
    drawVessels(threshold, style());
  }

  /** Of the vessels, #rrggbb. */
  function colour() {
    return view() === 'vessels' ? WHITE : colours().vessel;
  }

  /**
   * @param {number | null} at
   * @param {VesselStyle} as
   */
  function drawVessels(at, as) {
    drawing.draw({ layer: 'vessels', style: as, threshold: at, colour: [1, 3, 5].map((i) => parseInt(colour().slice(i, i + 2), 16)) });
  }

  /**
   * While the mask is corrected, it is drawn elsewhere; then it is drawn as it is now.
   * @param {boolean} correcting
   */
  function rest(correcting) {
    if (correcting && threshold !== null) choose(null);
    for (const control of [slider, vesselStyle]) control.disabled = correcting;
    if (!correcting) renew();
  }

  /** @param {boolean} wanted whether the model's vessels are shown in place of corrected ones */
  function showModel(wanted) {
    ofModel = wanted;
    renew();
  }

  /** Draws the mask of the result again, which is another one now. */
  function renew() {
    if (!shown) return;
    [asked, ready] = ['', false];
    drawing.forget('mask');
    vessels.dataset.state = 'drawing';
    void update();
  }

  /** @param {number} count */
  function measure(count) {
    const density = shown?.answer.measurements.vascular_density;
    area ??= shown?.correction?.area || areaOf(count, density);
    say(threshold !== null && area ? (100 * count) / area : null);
  }

  /** @param {number | null} [density] in per cent */
  function say(density = null) {
    const own = shown?.answer.threshold ?? 0.5;
    by('threshold-value').textContent = decimal(slider.valueAsNumber, 2);
    by('threshold-reset').hidden = threshold === null;
    by('threshold-note').textContent = threshold === null || density === null ? '' : chosenWords(threshold, density, own);
  }

  /**
   * @param {number} at
   * @param {number} density in per cent
   * @param {number} own threshold of the service
   */
  function chosenWords(at, density, own) {
    const words = { density: decimal(density, 1), threshold: decimal(at, 2), own: own.toLocaleString(locale, { maximumFractionDigits: 3 }) };
    return shown?.correction
      ? t('Vascular density {density} % at {threshold}, without the corrections. Figures and downloads stay at {own}, with the corrections.', words)
      : t('Vascular density {density} % at {threshold}. Figures and downloads stay at {own}.', words);
  }

  /** @param {number | null} to */
  function choose(to) {
    threshold = to;
    if (to === null) slider.value = String(shown?.answer.threshold ?? 0.5);
    say();
    if (needs().length && !shown?.urls.probability) needed();
    else redraw();
  }

  slider.addEventListener('input', () => choose(slider.valueAsNumber));
  by('threshold-reset').addEventListener('click', () => {
    choose(null);
    slider.focus();
  });
  for (const menu of [photographStyle, vesselStyle]) {
    const chosen = remembered(menu.id);
    if ([...menu.options].some(({ value }) => value === chosen)) menu.value = String(chosen);
    menu.addEventListener('change', () => {
      remember(menu.id, menu.value);
      if (menu === vesselStyle && needs().length && !shown?.urls.probability) needed();
      else void update();
    });
  }
  return { show, hide, redraw, needs, colour, rest, renew, showModel, update: () => void update() };
}
