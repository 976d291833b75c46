// What is said of a corrected result in place of the expected match: who corrected it, of which mask the figures are, and a
// button that shows the model's own vessels.

import { person } from '../auth/session.js';
import { finder } from '../ui/element.js';
import { t } from '../ui/language.js';
import { MATCH, matchOf } from '../ui/match.js';
import { correctedWords, isUnmeasured } from './corrected.js';

/** @import { Result } from '../files/segmentation.js' */

const MEASURED = t('The figures are those of the corrected vessels.');
const UNSAVED = t('Vascular density is that of the corrected vessels. The other figures are measured when the correction is saved; until then the earlier ones are shown.');
const WAITING = t('Vascular density is that of the corrected vessels. The other figures follow; until then the earlier ones are shown.');

/** @param {{ page: ParentNode, ofModel: (wanted: boolean) => void }} parts `ofModel` shows the model's vessels, or the corrected ones */
export function createCorrectedNote({ page, ofModel }) {
  const by = finder(page);
  const [match, words] = [by('match'), by('corrected-words')];
  const button = by('corrected-model', HTMLButtonElement);
  /** @type {Result | null} */
  let shown = null;

  /** @param {Result} result */
  function show(result) {
    const { correction, answer, urls } = result;
    if (result !== shown || !correction) press(false);
    shown = result;
    const expected = correction ? 'unknown' : matchOf(answer.quality);
    by('warning-trust').hidden = expected !== 'poor';
    match.textContent = correctedWords(result, person()?.mail) || MATCH[expected];
    match.dataset.match = expected;
    words.hidden = !correction;
    words.textContent = !isUnmeasured(result) ? MEASURED : result.stored ? UNSAVED : WAITING;
    button.hidden = !correction || !urls.model_mask;
  }

  /** @param {boolean} pressed */
  function press(pressed) {
    if (button.getAttribute('aria-pressed') === String(pressed)) return;
    button.setAttribute('aria-pressed', String(pressed));
    ofModel(pressed);
  }

  button.addEventListener('click', () => press(button.getAttribute('aria-pressed') !== 'true'));
  return { show };
}
