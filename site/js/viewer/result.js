// One result in words and small pictures. Enters: a result; leaves: the result's title, warnings, facts, previews and
// downloads on the page. The photograph itself is the viewer's. Files are called after `file`, or else after `name`.

import { overlayPng } from './overlay.js';
import { save, saveBlob, stem } from '../files/save.js';

// Two people who draw the same photograph's vessels agree by .77 to .80.
const POOR_AGREEMENT = 0.7;

export function createResult({ page, viewer, announce }) {
  const by = (id) => page.querySelector(`#${id}`);
  let shown = null;

  function show(result) {
    shown = result;
    const { answer, urls } = result;
    by('result-title').textContent = result.name;
    by('warning-view').hidden = answer.quality.field_of_view !== 'whole';
    by('warning-content').hidden = answer.quality.fundus_like;
    by('warning-trust').hidden = !(answer.quality.expected_dice < POOR_AGREEMENT) || answer.quality.expected_dice === null;
    by('preview-original').src = urls.original;
    by('preview-prediction').src = urls.prediction;
    for (const [name, words] of Object.entries(factsOf(answer))) by(`fact-${name}`).textContent = words;
    by('fact-model').title = answer.model.sha256;
    by('download-mask').href = urls.mask;
    by('download-mask').download = `${stem(result.file ?? result.name)}-vessels.png`;
    by('download-overlay').textContent = result.fallback ? 'Overlay (JPEG)' : 'Overlay (PNG)';
    by('download-note').textContent = result.fallback
      ? 'The mask has the photograph’s own resolution; the overlay is the server’s, at up to 2,048 pixels.'
      : 'Both have the photograph’s own resolution; the overlay uses the opacity chosen above.';
    viewer.show(result);
  }

  by('download-overlay').addEventListener('click', async (event) => {
    const result = shown;
    const button = event.currentTarget;
    button.disabled = true;
    try {
      if (result.fallback) save(result.urls.overlay, `${stem(result.file ?? result.name)}-overlay.jpg`);
      else await savePng(result);
    } catch {
      announce('The overlay could not be drawn: the photograph is too large for this browser.');
      by('download-note').textContent = 'The overlay could not be drawn: the photograph is too large for this browser. Download the mask instead.';
    } finally {
      button.disabled = false;
    }
  });

  async function savePng(result) {
    const png = await overlayPng(result.urls.photograph, result.urls.mask, viewer.opacity(), viewer.colour());
    saveBlob(png, `${stem(result.file ?? result.name)}-overlay.png`);
  }

  return { show };
}

export function factsOf({ measurements, photograph, quality, canvas, threshold, model }) {
  const view = photograph.field_of_view;
  const density = measurements.vascular_density;
  return {
    density: density === null ? 'not measurable' : `${(100 * density).toFixed(1)} % of the field of view`,
    trust: trustOf(quality),
    size: `${photograph.width} × ${photograph.height} pixels`,
    view: quality.field_of_view === 'disc' ? `round, ${view.width} × ${view.height} pixels` : 'the whole frame',
    canvas: `${canvas.replace('x', ' × ')} pixels`,
    threshold: String(Number(threshold.toFixed(3))),
    model: `${model.name} ${model.sha256.slice(0, 8)}`,
  };
}

function trustOf({ expected_dice: dice, expected_dice_error: error }) {
  if (dice === null) return 'not known';
  return `Dice ${dice.toFixed(2)} ± ${error.toFixed(2)}`;
}
