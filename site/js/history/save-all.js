// “Save all…”: saves every result that is not saved yet, with subject, eye and date read from the file names. The user sees
// what is read before anything is saved, and can change the pattern.

import { fileNameOf } from './details.js';
import { savePhotograph } from './save-photograph.js';
import { whenPersonChanges } from '../auth/session.js';
import { readerOf, suggested } from '../files/labels.js';
import { photographs as counted } from '../storage/record.js';
import { element, finder } from '../ui/element.js';
import { dayOf } from '../ui/dates.js';
import { createTrouble } from '../ui/trouble.js';

/** @import { Photo } from '../files/photograph-list.js' */
/** @import { Mark } from '../viewer/marks.js' */
/** @import { Details } from './details.js' */

/** @typedef {{ photo: Photo, details: Details | null }} Planned `details` is null if the name does not fit */

/**
 * `saved(photo)` is called for each photograph as soon as it is.
 * @param {{ page: ParentNode, photographs: () => Photo[], marks: () => Mark[], saved: (photo: Photo) => void }} parts
 */
export function createSaveAll({ page, photographs, marks, saved }) {
  const by = finder(page);
  const dialog = by('save-all', HTMLDialogElement);
  const pattern = by('save-all-pattern', HTMLInputElement);
  const start = by('save-all-start', HTMLButtonElement);
  const { attempt, say } = createTrouble(by('save-all-trouble'));
  const names = by('save-all-names', HTMLInputElement);
  /** @type {Planned[]} */
  let planned = [];
  let stop = new AbortController();
  let signedIn = false;

  function unsaved() {
    return photographs().filter(({ state, saved: record }) => state === 'done' && !record);
  }

  function look() {
    by('save-all-open').hidden = !signedIn || unsaved().length < 2;
  }

  function open() {
    pattern.value = suggested(unsaved().map(({ name }) => name));
    by('save-all-status').textContent = '';
    plan();
    dialog.showModal();
  }

  /** Reads the names by the pattern and shows what is read. */
  function plan() {
    say('');
    try {
      const read = readerOf(pattern.value);
      planned = unsaved().map((photo) => ({ photo, details: detailsOf(photo, read(photo.name), names.checked) }));
    } catch (error) {
      planned = [];
      say(error instanceof Error ? error.message : String(error));
    }
    by('save-all-rows').replaceChildren(...planned.map(rowOf));
    const fitting = planned.filter(({ details }) => details).length;
    start.textContent = `Save ${counted(fitting)}`;
    start.disabled = !fitting;
    by('save-all-left').textContent = planned.length > fitting ? `${counted(planned.length - fitting)} with a name that does not fit will not be saved.` : '';
  }

  async function save() {
    stop = new AbortController();
    const { signal } = stop;
    const todo = planned.filter(({ details }) => details);
    let done = 0;
    pattern.disabled = true;
    try {
      for (const { photo, details } of todo) {
        if (signal.aborted || !details) break;
        by('save-all-status').textContent = `Saving ${done + 1} of ${todo.length}…`;
        const pausing = (/** @type {number} */ seconds) => (by('save-all-status').textContent = `Saving ${done + 1} of ${todo.length}. Trying again in ${seconds} s…`);
        await savePhotograph(photo, details, { marks: marks(), signal, pausing });
        done += 1;
        saved(photo);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      pattern.disabled = false;
      plan();
      by('save-all-status').textContent = `${counted(done)} saved.`;
      look();
    }
  }

  by('save-all-open').addEventListener('click', open);
  pattern.addEventListener('input', plan);
  names.addEventListener('change', plan);
  dialog.addEventListener('close', () => stop.abort());
  by('save-all-close').addEventListener('click', () => dialog.close());
  by('save-all-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void attempt(save, start);
  });
  whenPersonChanges((person) => {
    signedIn = Boolean(person);
    if (!person) dialog.close();
    look();
  });

  return { look };
}

/**
 * What was typed for the photograph, or else what its name says.
 * @param {Photo} photo
 * @param {ReturnType<ReturnType<typeof readerOf>>} labels
 * @param {boolean} named whether the name of the file is saved, too
 * @returns {Details | null}
 */
function detailsOf({ name, draft }, labels, named) {
  return draft ?? (labels && { ...labels, note: null, file_name: named ? fileNameOf({ name }) : null });
}

/** @param {Planned} planned */
function rowOf({ photo, details }) {
  const { subject = null, eye = null, taken_on: day = null } = details ?? {};
  const cells = details ? [subject ?? 'none', eye === 'unknown' ? 'not known' : (eye ?? ''), day ? dayOf(day) : 'none'] : ['does not fit', '', ''];
  return element('tr', details ? {} : { class: 'unfit' }, element('th', { scope: 'row' }, photo.name), ...cells.map((text) => element('td', {}, text)));
}
