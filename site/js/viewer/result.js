// Shows one result around the viewer: title, warnings, facts, measurements, previews and downloads. The photograph
// itself is shown by viewer.js. Downloads are named after the result's `file`, or its `name` if it has none.

import './result-view.js';
import { measurementList } from '../api/about.js';
import { valuesOf } from '../correction/corrected.js';
import { createCorrectedNote } from '../correction/corrected-note.js';
import { overlayPng } from './overlay.js';
import { element, finder } from '../ui/element.js';
import { resolutionWords } from './instead.js';
import { groupView, groupsOf, intervalOf } from './measurement-groups.js';
import { createIntervals, intervalsOf } from './measurement-intervals.js';
import { definitionOf, keepingDefinitions } from './measurement-definition.js';
import { qualityWords } from './quality-words.js';
import { regionalView } from './regional-table.js';
import { inProportion } from '../ui/proportions.js';
import { valueInContext } from '../ui/measurements.js';
import { save, saveBlob, stem } from '../files/save.js';
import { decimal, locale, ofService, t } from '../ui/language.js';
import { createTrouble } from '../ui/trouble.js';

/** @import { Quality } from 'openapi' */
/** @import { Findings, Result } from '../files/segmentation.js' */
/** @import { Viewer } from './viewer.js' */

const PREVIEW = 128; // CSS pixels

/** @param {{ page: ParentNode, viewer: Viewer, announce: (words: string) => void }} parts */
export function createResult({ page, viewer, announce }) {
  const by = finder(page);
  const mask = by('download-mask', HTMLAnchorElement);
  const overlay = by('download-overlay', HTMLButtonElement);
  const { attempt } = createTrouble(by('no-measurements'));
  /** @type {Result | null} */
  let shown = null;

  /** @param {Result} result */
  function show(result) {
    shown = result;
    const { answer, urls } = result;
    by('result-title').textContent = result.name;
    by('warning-view').hidden = answer.quality.field_of_view !== 'whole';
    by('warning-content').hidden = answer.quality.fundus_like;
    note.show(result);
    by('preview-original', HTMLImageElement).src = urls.original;
    for (const name of ['original', 'prediction']) inProportion(by(`preview-${name}`, HTMLImageElement), answer.photograph, PREVIEW);
    for (const [name, words] of Object.entries(factsOf(answer))) by(`fact-${name}`).textContent = words;
    clearFacts();
    by('more-measurements').hidden = true;
    showWhatIsMeasured(result);
    intervals.show(result);
    by('fact-model').title = answer.model.sha256;
    overlay.textContent = result.fallback ? t('Overlay (JPEG)') : t('Overlay (PNG)');
    by('download-note').textContent = resolutionWords(result);
    showMask(result);
    viewer.show(result);
  }

  /** @param {Result} result */
  function showMask({ name, file = name, urls, correction }) {
    by('preview-prediction', HTMLImageElement).src = urls.prediction;
    mask.href = urls.mask;
    mask.download = `${stem(file)}-vessels${correction ? '-corrected' : ''}.png`;
  }

  /** @param {Result} result whose mask or figures have changed */
  function follow(result) {
    note.show(result);
    showMask(result);
    for (const [name, words] of Object.entries(factsOf(result.answer))) by(`fact-${name}`).textContent = words;
    showWhatIsMeasured(result);
    intervals.show(result);
  }

  function clearFacts() {
    for (const row of by('facts').querySelectorAll('.measurement')) row.remove();
  }

  /**
   * Puts the first group of measurements before the other facts, highlights the first one, and lists the other groups.
   * @param {Result} result
   */
  async function showMeasurements(result) {
    const list = await measurementList();
    const [first, ...others] = groupsOf(list);
    if (result !== shown || !first) return;
    const ranges = intervalsOf(result);
    const rows = first.measurements.map((measurement, i) =>
      element(
        'div',
        { class: i ? 'measurement' : 'measurement headline' },
        element('dt', {}, definitionOf(measurement)),
        element('dd', {}, valueInContext(measurement, valuesOf(result)), ...intervalOf(measurement, ranges)),
      ),
    );
    const { measurements, measurement_reasons: reasons = {}, regional_measurements: regional } = result.answer;
    const groups = others.map((group) => groupView(group, measurements, reasons, ranges));
    keepingDefinitions(by('figures'), () => {
      clearFacts();
      by('facts').prepend(...rows);
      by('measurement-groups').replaceChildren(...groups, ...(regional ? [regionalView(regional, list)] : []));
    });
    by('more-measurements').hidden = !others.length;
  }

  /** @param {Result} result */
  async function saveOverlay({ name, file = name, answer, urls: { photograph, mask: vesselMask, artery_vein: kinds, overlay: drawn } }) {
    overlay.disabled = true;
    try {
      if (drawn) save(drawn, `${stem(file)}-overlay.jpg`);
      else if (photograph) {
        const marks = viewer.marks();
        const coloured = marks.includes('artery_vein') && kinds;
        const vessels = { url: coloured || vesselMask, coloured: Boolean(coloured) };
        const disc = (marks.includes('disc') && answer.structures?.disc) || null;
        const options = { opacity: viewer.opacity(), colours: viewer.colours(), disc };
        saveBlob(await overlayPng(photograph, vessels, options), `${stem(file)}-overlay.png`);
      }
    } catch {
      announce(t('The overlay could not be drawn: the photograph is too large for this browser.'));
      by('download-note').textContent = t('The overlay could not be drawn: the photograph is too large for this browser. Download the mask instead.');
    } finally {
      overlay.disabled = false;
    }
  }

  /** @param {Result} result */
  const showWhatIsMeasured = (result) => void attempt(() => showMeasurements(result));
  const intervals = createIntervals({ page });
  const note = createCorrectedNote({ page, ofModel: viewer.ofModel });

  by('marks').addEventListener('found', () => {
    if (shown) follow(shown);
  });
  viewer.whenCorrected((result) => result === shown && follow(result));
  by('more-measurements').addEventListener('measured', () => shown && showWhatIsMeasured(shown));
  overlay.addEventListener('click', () => shown && void saveOverlay(shown));

  return { show, shown: () => shown };
}

/** @param {Findings} findings */
export function factsOf({ photograph, quality, canvas, threshold, model }) {
  const view = photograph.field_of_view;
  return {
    trust: trustOf(quality),
    quality: qualityWords(quality),
    size: sizeOf(photograph),
    view: quality.field_of_view === 'disc' ? t('round, {width} × {height} pixels', { width: view.width, height: view.height }) : t('the whole frame'),
    canvas: t('{size} pixels', { size: canvas.replace('x', ' × ') }),
    threshold: threshold.toLocaleString(locale, { maximumFractionDigits: 3 }),
    model: `${model.name} ${model.sha256.slice(0, 8)}`,
  };
}

/**
 * “1411 × 1411 pixels of 8.2 µm”; what a DICOM file does not state is left out.
 * @param {Findings['photograph']} photograph
 */
function sizeOf({ width, height, pixel_size_um: micrometres, frames }) {
  const pixel = micrometres?.toLocaleString(locale, { maximumSignificantDigits: 3, useGrouping: false });
  const size = pixel ? t('{width} × {height} pixels of {pixel} µm', { width, height, pixel }) : t('{width} × {height} pixels', { width, height });
  return frames && frames > 1 ? t('{size}, the first of {frames} frames', { size, frames }) : size;
}

/** @param {Quality} quality */
function trustOf({ expected_dice: dice, expected_dice_error: error, expected_dice_interval: interval, expected_dice_reason: reason }) {
  if (dice === null || error === null) return reason ? ofService(reason) : t('not known');
  if (interval) return t('Dice {dice} ({low} to {high})', { dice: decimal(dice, 2), low: decimal(interval[0], 2), high: decimal(interval[1], 2) });
  return t('Dice {dice} ± {error}', { dice: decimal(dice, 2), error: decimal(error, 2) });
}
