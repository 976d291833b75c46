// The switches for what can be shown beside the vessels: arteries and veins in colours, and the optic disc's rim. The
// service is asked for them only once they are wanted; then the result keeps them. mark-layers.js draws them.

import { finder, the } from '../ui/element.js';
import { codeOf } from '../api/reach.js';
import { isUnmeasured } from '../correction/corrected.js';
import { save, stem } from '../files/save.js';
import { locale, ofService, t } from '../ui/language.js';
import { createTrouble } from '../ui/trouble.js';
import { kindsLayer } from './kinds.js';
import { createMarkLayers } from './mark-layers.js';

/** @import { Result } from '../files/segmentation.js' */
/** @import { Colours } from './kinds.js' */

const MARKS = /** @type {const} */ (['artery_vein', 'disc']);
const NAMES = {
  artery_vein: t('arteries and veins'), disc: t('the optic disc'), probability: t('the probability map'), field_of_view: t('the field of view'), graph: t('the vessel segments'),
};

/** @typedef {(typeof MARKS)[number] | 'probability' | 'field_of_view' | 'graph'} Mark an output of the service */

/**
 * `also()` are outputs that the viewer needs for itself, `told()` those of them whose tool says itself that it waits; `found(result)` is called when the result has more than before.
 * @param {{ page: ParentNode, colours: () => Colours, also: () => Mark[], told: () => Mark[], found: (result: Result) => void }} parts
 */
export function createMarks({ page, colours, also, told, found }) {
  const by = finder(page);
  const boxes = MARKS.map((mark) => the(by('marks'), `[value=${mark}]`, HTMLInputElement));
  const again = by('marks-again', HTMLButtonElement);
  const file = by('download-kinds', HTMLButtonElement);
  const layers = createMarkLayers({ page });
  const { attempt, say } = createTrouble(by('marks-trouble'));
  /** @type {Result | null} */
  let shown = null;
  let stop = new AbortController();
  let failed = false;

  /** The marks that are switched on. */
  function wanted() {
    return MARKS.filter((_, i) => boxes[i].checked);
  }

  function needed() {
    return [...wanted(), ...also()];
  }

  /** @param {Result} result */
  function show(result) {
    shown = result;
    by('marks').hidden = !result.look;
    void look();
  }

  function hide() {
    shown = null;
    stop.abort();
    layers.clear();
    status('');
  }

  /** Shows what is wanted of the result, and first gets what it lacks. */
  async function look() {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    const result = shown;
    if (!result) return;
    say('');
    again.hidden = true;
    failed = false;
    paint(result);
    const done = await attempt(async () => {
      try {
        await fetchMissing(result, signal);
      } catch (error) {
        if (!signal.aborted && codeOf(error) !== 'corrected_meanwhile') throw error;
      }
    });
    if (signal.aborted) return;
    again.hidden = done;
    failed = !done;
    paint(result); // also what has come before something was refused
    status(done ? reasonsOf(result).map(ofService).join(' ') : '');
  }

  /** @param {Result} result */
  function paint(result) {
    layers.show(result, wanted());
    found(result);
    file.hidden = !wanted().includes('artery_vein') || !result.urls.artery_vein;
  }

  /**
   * @param {Result} result
   * @param {AbortSignal} signal
   */
  async function fetchMissing(result, signal) {
    const lacking = missing(result, needed());
    if (lacking) {
      const untold = lacking.filter((mark) => !told().includes(mark));
      if (untold.length || !lacking.length) busy(wordsFor(result, untold));
      else status('');
      await result.look?.(lacking, { signal, pausing: (seconds) => busy(t('The server is busy. Trying again in {seconds} s…', { seconds })) });
      signal.throwIfAborted();
      by('marks').dispatchEvent(new Event('found')); // more can be measured now
    }
    await colourKinds(result, signal);
  }

  /**
   * Makes the layer of arteries and veins if it is wanted and not there.
   * @param {Result} result
   * @param {AbortSignal} signal
   */
  async function colourKinds({ urls }, signal) {
    if (!wanted().includes('artery_vein') || !urls.artery_vein || urls.kinds) return;
    const layer = URL.createObjectURL(await kindsLayer(urls.artery_vein, colours()));
    if (signal.aborted) URL.revokeObjectURL(layer); // the result may have been released in the meantime
    else urls.kinds = layer;
  }

  /** The colours of arteries and veins again, which have changed; measuring them is left for later. */
  function recolour() {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    const result = shown;
    if (result) void attempt(() => colourKinds(result, signal).then(() => signal.aborted || paint(result))); // another one may be shown by now
  }

  /**
   * Why what is wanted cannot be seen, in the service's words.
   * @param {Result} result
   */
  function reasonsOf({ answer: { structures } }) {
    const reasons = { artery_vein: structures?.artery_vein_reason, disc: structures?.disc_reason };
    return wanted().flatMap((mark) => reasons[mark] ?? []);
  }

  /** @param {string} sentence */
  function busy(sentence) {
    status(sentence);
    by('marks-status').classList.add('busy');
  }

  /** @param {string} sentence */
  function status(sentence) {
    by('marks-status').classList.remove('busy');
    by('marks-status').textContent = sentence;
  }

  /** @param {number} i */
  function toggle(i) {
    if (by('marks').hidden) return;
    boxes[i].checked = !boxes[i].checked;
    void look();
  }

  for (const box of boxes) box.addEventListener('change', () => void look());
  again.addEventListener('click', () => {
    boxes[0].focus(); // the button is about to go
    void look();
  });
  file.addEventListener('click', () => {
    if (shown?.urls.artery_vein) save(shown.urls.artery_vein, `${stem(shown.file ?? shown.name)}-arteries-veins.png`);
  });
  return { show, hide, look: () => void look(), recolour, wanted, hasFailed: () => failed, toggles: MARKS.map((_, i) => () => toggle(i)) };
}

/**
 * @param {Pick<Result, 'correction'>} result
 * @param {Mark[]} lacking
 */
function wordsFor({ correction }, lacking) {
  const things = new Intl.ListFormat(locale).format(lacking.map((mark) => NAMES[mark]));
  if (things) return t('Looking for {things}…', { things });
  return isUnmeasured({ correction }) ? t('Measuring the corrected vessels…') : t('Drawing the overlay…');
}

/**
 * What to ask the service for, or null if the result has all that is wanted: also the figures of its corrected mask, unless saving it measures them. The server's overlay shows exactly what is
 * wanted, so it may have to be drawn again with nothing.
 * @param {Pick<Result, 'look' | 'fallback' | 'drawn' | 'urls' | 'answer' | 'graph' | 'correction' | 'stored'>} result
 * @param {Mark[]} wanted
 */
export function missing({ look, fallback, drawn, urls, answer, graph, correction, stored }, wanted) {
  if (!look) return null;
  if (fallback) return drawn === wanted.join() ? null : wanted;
  const has = { artery_vein: urls.artery_vein, disc: answer.structures, probability: urls.probability, field_of_view: urls.field_of_view, graph };
  const lacking = wanted.filter((mark) => !has[mark]);
  return lacking.length || (!stored && isUnmeasured({ correction })) ? lacking : null;
}
