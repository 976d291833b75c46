// Draws arteries, veins, the optic disc's rim and the zones round it over the photograph, with a legend that says what is what.

import { drawn, finder } from '../ui/element.js';
import { t } from '../ui/language.js';
import { zonesDrawing } from './zones.js';

/** @import { OpticDisc } from 'openapi' */
/** @import { Result } from '../files/segmentation.js' */
/** @import { Mark } from './marks.js' */

/** @param {{ page: ParentNode }} parts */
export function createMarkLayers({ page }) {
  const by = finder(page);
  const kinds = by('layer-kinds', HTMLImageElement);
  const zones = by('zones', HTMLInputElement);
  /** @type {() => void} */
  let drawZones = () => {};

  /**
   * Shows what the result has of what is wanted, and nothing else.
   * @param {Result} result
   * @param {Mark[]} wanted
   */
  function show({ urls, answer, fallback }, wanted) {
    const layer = wanted.includes('artery_vein') ? urls.kinds : null;
    const disc = wanted.includes('disc') ? answer.structures?.disc : null;
    kinds.hidden = !layer;
    if (layer) kinds.src = layer;
    else kinds.removeAttribute('src');
    by('stage').dataset.kinds = layer ? 'shown' : 'none';
    by('layer-disc').replaceChildren(...(disc ? [rim(answer.photograph, disc)] : []));
    if (fallback && urls.overlay) by('layer-overlay', HTMLImageElement).src = urls.overlay;
    by('zones-choice').hidden = !disc;
    drawZones = () => by('layer-zones').replaceChildren(...(disc && zones.checked ? [zonesDrawing(answer, disc)] : []));
    drawZones();
    by('legend').hidden = !layer && !disc;
    for (const row of by('legend').querySelectorAll('.of-kinds')) row.toggleAttribute('hidden', !layer);
    by('legend-disc').hidden = !disc;
  }

  function clear() {
    kinds.removeAttribute('src');
    by('layer-disc').replaceChildren();
    by('layer-zones').replaceChildren();
    drawZones = () => {};
    by('legend').hidden = true;
  }

  zones.addEventListener('change', () => drawZones());

  return { show, clear };
}

/**
 * The disc's rim as a drawing of the photograph's size.
 * @param {{ width: number, height: number }} photograph
 * @param {OpticDisc} disc
 */
function rim({ width, height }, { centre: { x, y }, long_axis: long, short_axis: short, angle }) {
  const ellipse = { cx: x, cy: y, rx: long / 2, ry: short / 2, transform: `rotate(${angle} ${x} ${y})` };
  return drawn(
    'svg',
    // The service counts from the centre of the first pixel, a drawing from its corner.
    { class: 'disc-rim', viewBox: `-0.5 -0.5 ${width} ${height}`, role: 'img', 'aria-label': t('The rim of the optic disc') },
    drawn('ellipse', { class: 'rim-casing', ...ellipse }),
    drawn('ellipse', { class: 'rim', ...ellipse }),
  );
}
