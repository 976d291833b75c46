// A button for a ZIP file of a batch, the history or the account. The first click asks the service's worker to make
// the file; once it is ready, the button downloads it.

import { ask } from '../api/requests.js';
import { createPulse } from '../api/pulse.js';
import { Refusal, codeOf } from '../api/reach.js';
import { sizeOf } from './size.js';
import { createTrouble } from './trouble.js';
import { t } from './language.js';

/** @import { ExportResponse, ExportCreate } from 'openapi' */

const ADDRESS = '/api/v1/exports';
const PAUSE_MS = 2_000;

/**
 * `body()` returns the body for POST /api/v1/exports. The returned `reset` forgets a finished file.
 * @param {{ button: HTMLButtonElement, place: HTMLElement, body: () => Partial<ExportCreate> }} parts
 */
export function createExport({ button, place, body }) {
  const { attempt, follow, say } = createTrouble(place);
  const words = button.textContent;
  /** @type {ExportResponse | null} */
  let made = null;
  let given = 0;
  const pulse = createPulse(async () => {
    const error = await follow(look);
    if (error && codeOf(error) !== 'unreachable') forget();
  }, PAUSE_MS);

  function forget() {
    pulse.stop();
    made = null;
    button.textContent = words;
    button.disabled = false;
  }

  async function begin() {
    button.disabled = true;
    try {
      made = await ask(ADDRESS, { method: 'POST', json: body() });
    } catch (error) {
      forget();
      throw error;
    }
    await pulse.start();
  }

  async function look() {
    button.disabled = true;
    if (!made) return;
    const { id } = made;
    /** @type {ExportResponse} */
    const latest = await ask(`${ADDRESS}/${id}`);
    if (made?.id !== id) return;
    if (latest.state === 'failed') throw new Refusal('export_failed', t('The ZIP file could not be created. Try again.'));
    say(latest.state === 'ready' ? t('The ZIP file is ready.') : t('The ZIP file is being created…'));
    if (latest.state !== 'ready') return;
    pulse.stop();
    made = latest;
    given = 0;
    button.disabled = false;
    offer(latest);
  }

  /**
   * Offers several files one after the other, since browsers ask before a page downloads many at once.
   * @param {ExportResponse} ready
   */
  function offer({ parts }) {
    const size = sizeOf(parts[given].bytes);
    const [number, total] = [given + 1, parts.length];
    button.textContent = total > 1 ? t('Download ZIP {number} of {total} ({size})', { number, total, size }) : t('Download the ZIP ({size})', { size });
  }

  /** Fetches the download link on the click, since it is valid for only 15 minutes. */
  async function give(/** @type {string} */ id) {
    try {
      /** @type {ExportResponse} */
      const ready = await ask(`${ADDRESS}/${id}`);
      location.assign(ready.parts[given].url);
      given = (given + 1) % ready.parts.length;
      offer(ready);
    } catch (error) {
      if (codeOf(error) === 'not_found') forget(); // so that it can be made again
      throw error;
    }
  }

  button.addEventListener('click', () => void attempt(() => (made ? give(made.id) : begin())));

  return {
    reset() {
      forget();
      say('');
    },
  };
}
