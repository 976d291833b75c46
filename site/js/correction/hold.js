// Keeps everybody from correcting while a correction is saved, so that what is sent is what is here afterwards.

import { finder } from '../ui/element.js';
import { setReason } from '../viewer/reasons.js';

/**
 * `settle()` resolves once the strokes are in the mask, or could not be written; `close()` leaves the tool; `why()` is why it cannot be used otherwise.
 * @param {{ page: ParentNode, settle: () => Promise<void>, close: () => void, why: () => string | null }} parts
 */
export function createHold({ page, settle, close, why }) {
  const by = finder(page);

  /** @param {string | null} reason a sentence; null if one can correct again */
  return async function hold(reason) {
    setReason(by('tool-correct', HTMLButtonElement), reason ?? why());
    by('relabel').inert = Boolean(reason);
    const settled = settle();
    if (reason) close();
    await settled;
  };
}
