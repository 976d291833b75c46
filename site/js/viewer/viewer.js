// The photograph with its vessels, in one of three views: photograph, overlay or vessels. The layers are drawn by
// layers.js; what is shown beside them is up to marks.js, facts and downloads to result.js.

import { createCorrect } from '../correction/correct.js';
import { finder, the } from '../ui/element.js';
import { isTyping } from '../ui/typing.js';
import { createFieldOfView } from './field-of-view.js';
import { createFullScreen } from './full-screen.js';
import { insteadWords } from './instead.js';
import { createLayers } from './layers.js';
import { createMarks } from './marks.js';
import { createMoreLayers } from './more-layers.js';
import { ignorePalms } from './palm.js';
import { createSegments } from './segments.js';
import { createTools } from './tools.js';
import { createZoom } from './zoom.js';
import { withUnit } from '../ui/with-unit.js';

/** @import { LoadTool } from '../correction/correct.js' */
/** @import { Result } from '../files/segmentation.js' */

/** @typedef {ReturnType<typeof createViewer>} Viewer */

const VIEWS = /** @type {const} */ (['photograph', 'overlay', 'vessels']);

/** @param {{ page: ParentNode, loadTool: LoadTool }} parts `loadTool()` gives the tool that corrects the vessels */
export function createViewer({ page, loadTool }) {
  const by = finder(page);
  const stage = by('stage');
  const layers = by('layers');
  const slider = by('opacity', HTMLInputElement);
  const [photograph, overlay] = [by('layer-photograph', HTMLImageElement), by('layer-overlay', HTMLImageElement)];
  const radios = VIEWS.map((name) => the(by('views'), `[value=${name}]`, HTMLInputElement));
  ignorePalms(stage);
  const zoom = createZoom({ page, hands: () => correct?.hands() ?? tools?.hands ?? null });
  const fullScreen = createFullScreen({ page });
  const drawn = createLayers({ page, colours, view, needed: () => marks.look() });
  const marks = createMarks({ page, colours, also: () => [...new Set([...drawn.needs(), ...field.needs(), ...tools.needs(), ...segments.needs(), ...correct.needs()])], told: () => correct.needs(), found });
  const field = createFieldOfView({ page, needed: () => marks.look() });
  const tools = createTools({ page, zoom, needed: () => marks.look(), wiping: leavePhotograph, picked: (spot) => segments.pick(spot) });
  const segments = createSegments({ page, zoom, needed: () => marks.look(), relabelled, redrawn: () => tools.redraw(), taken: () => tools.measures() });
  const correct = createCorrect({
    loadTool,
    page,
    zoom,
    colour: drawn.colour,
    needed: () => marks.look(),
    failed: marks.hasFailed,
    painting: leavePhotograph,
    begun: () => correcting(true),
    ended: () => correcting(false),
    late: () => correcting(false),
  });
  /** @type {Result | null} */
  let shown = null;
  createMoreLayers({ page });

  function view() {
    return VIEWS[radios.findIndex((radio) => radio.checked)];
  }

  function look() {
    const byServer = Boolean(shown?.fallback);
    stage.dataset.view = view();
    stage.dataset.drawn = byServer ? 'server' : 'browser';
    slider.disabled = byServer || view() !== 'overlay';
    by('opacity-value').textContent = withUnit(slider.value, '%');
    layers.style.setProperty('--opacity', String(opacity()));
    drawn.redraw();
    correct.look();
  }

  /** @param {Result} result */
  function relabelled(result) {
    marks.recolour();
    correct.tellCorrected(result);
  }

  /** @param {boolean} on */
  function correcting(on) {
    if (on) leavePhotograph();
    tools.rest(on);
    drawn.rest(on);
    if (!on) marks.look();
  }

  function opacity() {
    return slider.valueAsNumber / 100;
  }

  function found() {
    drawn.update();
    tools.update();
    field.update();
    segments.update();
    correct.update();
  }

  /** There is nothing to wipe or to correct where the photograph is alone. */
  function leavePhotograph() {
    if (view() === 'photograph') choose(radios[VIEWS.indexOf('overlay')]);
  }

  /** Those of the stylesheet. */
  function colours() {
    const style = getComputedStyle(layers);
    const [artery, vein, vessel] = ['--artery', '--vein', '--vessel'].map((name) => style.getPropertyValue(name).trim());
    return { artery, vein, vessel };
  }

  /** @param {Result} result */
  function show(result) {
    shown = result;
    const { width, height } = result.answer.photograph;
    stage.style.setProperty('--ratio', String(width / height));
    drawn.show(result);
    picture(photograph, result.urls.photograph);
    picture(overlay, result.urls.overlay);
    by('fallback').textContent = insteadWords(result);
    by('fallback').hidden = !by('fallback').textContent;
    radios[VIEWS.indexOf('photograph')].disabled = Boolean(result.fallback);
    if (result.fallback && view() === 'photograph') radios[VIEWS.indexOf('overlay')].checked = true;
    zoom.fitTo({ width, height });
    look();
    tools.show(result);
    field.show(result);
    segments.show(result);
    correct.show(result);
    marks.show(result);
  }

  /**
   * The photograph alone, while it is segmented.
   * @param {{ url: string, width: number, height: number }} preview
   */
  function preview({ url, width, height }) {
    stage.style.setProperty('--ratio', String(width / height));
    stage.dataset.view = 'photograph';
    stage.dataset.drawn = 'browser';
    by('marks').hidden = false; // it will be there with the result: nothing moves then
    picture(photograph, url);
    zoom.fitTo({ width, height });
  }

  function hide() {
    shown = null;
    correct.hide();
    marks.hide();
    tools.hide();
    field.hide();
    segments.hide();
    drawn.hide();
    picture(photograph, null);
    picture(overlay, null);
  }

  for (const radio of radios) radio.addEventListener('change', look);
  slider.addEventListener('input', look);

  /** @param {HTMLInputElement} radio */
  function choose(radio) {
    if (radio.disabled) return;
    radio.checked = true;
    look();
  }

  const keys = new Map([
    ...radios.map((radio, i) => /** @type {const} */ ([String(i + 1), () => choose(radio)])),
    ...marks.toggles.map((toggle, i) => /** @type {const} */ ([String(VIEWS.length + i + 1), toggle])),
    ['+', zoom.more],
    ['=', zoom.more],
    ['-', zoom.less],
    ['0', zoom.whole],
    ['a', zoom.actual],
    ['f', fullScreen],
    ['c', correct.begin],
    ...tools.keys,
    ...segments.keys,
  ]);
  document.addEventListener('keydown', (event) => {
    if (!shown || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    keys.get(event.key.toLowerCase())?.();
  });

  const { isWritten, hold, whenCorrected, whenTouched } = correct;
  return { show, preview, hide, opacity, colours, marks: marks.wanted, isWritten, hold, whenCorrected, whenTouched, ofModel: drawn.showModel };
}

/**
 * @param {HTMLImageElement} image
 * @param {string | null} url
 */
function picture(image, url) {
  if (url) image.src = url;
  else image.removeAttribute('src');
}
