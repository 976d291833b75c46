// The interval of each measurement: between which values it lies if the threshold is a little lower or higher. The
// service is asked for them once “More measurements” is open, since they take longer than measuring does.

import { finder } from '../ui/element.js';
import { t } from '../ui/language.js';
import { createTrouble } from '../ui/trouble.js';

/** @import { Result } from '../files/segmentation.js' */
/** @import { Mark } from './marks.js' */

/**
 * “More measurements” gets the event `measured` when the result that is shown has its intervals.
 * @param {{ page: ParentNode }} parts
 */
export function createIntervals({ page }) {
  const by = finder(page);
  const details = by('more-measurements', HTMLDetailsElement);
  const again = by('intervals-again', HTMLButtonElement);
  const { attempt, say } = createTrouble(by('intervals-trouble'));
  /** @type {Result | null} */
  let shown = null;
  let stop = new AbortController();

  /** @param {Result} result */
  function show(result) {
    shown = result;
    void look();
  }

  /** Gets the intervals of the result if they are wanted and it lacks them. */
  async function look() {
    stop.abort();
    stop = new AbortController();
    const { signal } = stop;
    const result = shown;
    if (!result) return;
    say('');
    again.hidden = true;
    tell(result, '');
    if (!details.open || !lacksIntervals(result)) return;
    const pausing = (/** @type {number} */ seconds) => tell(result, t('The server is busy. Trying again in {seconds} s…', { seconds }));
    tell(result, t('Measuring at other thresholds…'));
    const done = await attempt(async () => {
      try {
        await result.measureAround?.({ signal, pausing });
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    });
    if (signal.aborted) return;
    again.hidden = done;
    tell(result, '');
    if (done) details.dispatchEvent(new Event('measured'));
  }

  /**
   * @param {Result} result
   * @param {string} status what is being done
   */
  function tell(result, status) {
    by('intervals-status').textContent = status;
    by('intervals-status').classList.toggle('busy', Boolean(status));
    by('intervals-note').hidden = !Object.keys(intervalsOf(result)).length;
  }

  details.addEventListener('toggle', () => void look());
  again.addEventListener('click', () => {
    details.querySelector('summary')?.focus(); // the button is about to go
    void look();
  });
  return { show };
}

/**
 * None where a person has corrected the mask, which has no threshold.
 * @param {Pick<Result, 'answer' | 'correction'>} result
 */
export function intervalsOf({ answer, correction }) {
  return correction ? {} : (answer.measurement_intervals ?? {});
}

/**
 * The marks with which everything that the result shows was measured.
 * @param {Pick<Result, 'urls' | 'answer'>} result
 * @returns {Mark[]}
 */
export function measuredWith({ urls, answer }) {
  if (urls.artery_vein) return ['artery_vein'];
  return answer.structures ? ['disc'] : [];
}

/**
 * Whether intervals are still to be asked for: at first, and when arteries, veins or disc were found since.
 * @param {Pick<Result, 'urls' | 'answer' | 'measureAround' | 'around' | 'correction'>} result
 */
export function lacksIntervals(result) {
  return !result.correction && Boolean(result.measureAround) && result.around !== measuredWith(result).join();
}
