// A ZIP file of a batch or of the history. Enters: a button, a place for words and what is wished; leaves: the button asks
// for the file, then gives it. The file is made by a worker of the service.

import { ask } from '../api/requests.js';
import { createPulse } from '../api/pulse.js';
import { Refusal, codeOf } from '../api/reach.js';
import { sizeOf } from './size.js';
import { createTrouble } from './trouble.js';

/** @import { ExportResponse, ExportCreate } from 'openapi' */

const ADDRESS = '/api/v1/exports';
const PAUSE_MS = 2_000;

/**
 * `wish()` is what POST /api/v1/exports takes; `reset` forgets a file that was made.
 * @param {{ button: HTMLButtonElement, place: HTMLElement, wish: () => Partial<ExportCreate> }} parts
 */
export function createExport({ button, place, wish }) {
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
      made = await ask(ADDRESS, { method: 'POST', json: wish() });
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
    const told = await ask(`${ADDRESS}/${id}`);
    if (made?.id !== id) return;
    if (told.state === 'failed') throw new Refusal('export_failed', 'The ZIP file could not be created. Try again.');
    say(told.state === 'ready' ? 'The ZIP file is ready.' : 'The ZIP file is being created…');
    if (told.state !== 'ready') return;
    pulse.stop();
    made = told;
    given = 0;
    button.disabled = false;
    offer(told);
  }

  /** Several files are given one after the other: browsers ask before a page downloads many at once.
   *  @param {ExportResponse} ready */
  function offer({ parts }) {
    const which = parts.length > 1 ? `ZIP ${given + 1} of ${parts.length}` : 'the ZIP';
    button.textContent = `Download ${which} (${sizeOf(parts[given].bytes)})`;
  }

  /** The link is good for 15 minutes only, so it is asked for when it is wanted. */
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
