// Switches the tool that corrects the vessels on, and says why it cannot be used. The tool itself is in correct-tool.js, which a page
// may load only once it is wanted.

import { finder } from '../ui/element.js';
import { t } from '../ui/language.js';
import { setReason, tellReason } from '../viewer/reasons.js';
import { whyNot } from './why-not.js';

/** @import { Result } from '../files/segmentation.js' */
/** @import { Mark } from '../viewer/marks.js' */
/** @import { createCorrectTool } from './correct-tool.js' */

/** @typedef {Parameters<typeof createCorrectTool>[0]} Parts */
/** @typedef {ReturnType<typeof createCorrectTool>} Tool */
/** @typedef {() => Promise<{ createCorrectTool: typeof createCorrectTool }>} LoadTool */

const NOT_LOADED = t('This tool could not be loaded. Check that you are online, then reload the page.');

/** @param {Omit<Parts, 'touched' | 'written'> & { loadTool: LoadTool }} parts */
export function createCorrect({ loadTool, ...parts }) {
  const { page } = parts;
  const by = finder(page);
  const open = by('tool-correct', HTMLButtonElement);
  /** @type {Tool | null} */
  let tool = null;
  /** @type {Result | null} */
  let shown = null;
  /** @type {Set<(result: Result) => void>} */
  const listeners = new Set();
  /** @type {Set<() => void>} */
  const touchListeners = new Set();
  const touched = () => touchListeners.forEach((listener) => listener());
  const tellCorrected = (/** @type {Result} */ result) => listeners.forEach((listener) => listener(result));

  /** @param {Result} result */
  function show(result) {
    shown = result;
    tool?.show(result);
    setReason(open, whyNot(result));
  }

  function hide() {
    shown = null;
    tool?.hide();
  }

  async function begin() {
    if (!shown || tellReason(page, open)) return;
    try {
      const { createCorrectTool } = await loadTool();
      tool ??= createCorrectTool({ ...parts, touched, written: tellCorrected });
    } catch (error) {
      console.warn(error);
      sayNotLoaded();
      return;
    }
    if (!shown || open.getAttribute('aria-disabled') === 'true') return; // there was time for something else
    tool.show(shown);
    tool.begin();
  }

  /** Where the tools say why they cannot be used. */
  function sayNotLoaded() {
    setReason(open, NOT_LOADED);
    tellReason(page, open);
    setReason(open, shown && whyNot(shown));
  }

  /**
   * Keeps everybody from correcting while a correction is saved, so that what is sent is what is here afterwards. Resolves once the strokes
   * are in the mask, or could not be written.
   * @param {string | null} reason a sentence; null if one can correct again
   */
  async function hold(reason) {
    setReason(open, reason ?? (shown && whyNot(shown)));
    by('relabel').inert = Boolean(reason);
    if (reason) await tool?.leave();
  }

  open.addEventListener('click', () => void begin());
  return {
    show, hide, hold, tellCorrected,
    begin: () => void begin(),
    /** @returns {Mark[]} */
    needs: () => tool?.needs() ?? [],
    look: () => tool?.look(),
    update: () => tool?.update(),
    hands: () => tool?.hands() ?? null,
    /** @param {Result} [result] */
    isWritten: (result) => tool?.isWritten(result) ?? true,
    /** @param {(result: Result) => void} listener called when a result has another mask */
    whenCorrected: (listener) => listeners.add(listener),
    /** @param {() => void} listener called when what `isWritten` returns has changed, but for the mask of `whenCorrected` */
    whenTouched: (listener) => touchListeners.add(listener),
  };
}
