// “Save all…”: saves every result that is not saved yet, with subject, eye and date read from the file names. The user sees
// what is read before anything is saved, and can change the pattern.

import { fileNameOf } from './details.js';
import { saveEach } from './save-each.js';
import { savePhotograph } from './save-photograph.js';
import { whenPersonChanges } from '../auth/session.js';
import { readerOf, suggested } from '../files/labels.js';
import { element, finder } from '../ui/element.js';
import { dayOf } from '../ui/dates.js';
import { createTrouble } from '../ui/trouble.js';
import { plural, t } from '../ui/language.js';

/** @import { Photo } from '../files/photograph-list.js' */
/** @import { Mark } from '../viewer/marks.js' */
/** @import { Details } from './details.js' */

/** @typedef {{ photo: Photo, details: Details | null }} Planned `details` is null if the name does not fit */

const TYPING_MS = 150;
/** @type {Record<string, string>} */
const EYES = { left: t('left'), right: t('right'), unknown: t('not known') };

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
  let signedIn = false;
  /** @type {AbortController | null} of what is being saved; closing the dialog ends it with the photograph that is being sent */
  let run = null;
  let typing = 0;
  /** @type {Map<Photo, string>} why a photograph was not saved */
  const refused = new Map();

  function unsaved() {
    return photographs().filter(({ state, saved: record }) => state === 'done' && !record);
  }

  function look() {
    by('save-all-open').hidden = !signedIn || unsaved().length < 2;
    const meanwhile = planned.filter(({ photo }) => photo.saved).length; // by what had been begun before
    if (!dialog.open || run || !meanwhile) return;
    plan();
    tell(meanwhile);
    refocus();
  }

  /** Controls that are disabled or hidden lose the focus. */
  function refocus() {
    if (document.activeElement === document.body) (start.disabled ? by('save-all-close') : start).focus();
  }

  function open() {
    pattern.value = suggested(unsaved().map(({ name }) => name));
    by('save-all-status').textContent = '';
    refused.clear();
    plan();
    dialog.showModal();
  }

  /** Reads the names by the pattern and shows what is read. */
  function plan() {
    clearTimeout(typing);
    typing = 0;
    say('');
    try {
      const read = readerOf(pattern.value);
      planned = unsaved().map((photo) => ({ photo, details: detailsOf(photo, read(photo.name), names.checked) }));
    } catch (error) {
      planned = [];
      say(error instanceof Error ? error.message : String(error));
    }
    by('save-all-rows').replaceChildren(...planned.map((each) => rowOf(each, refused.get(each.photo))));
    const nothing = !unsaved().length;
    for (const part of by('save-all-form').querySelectorAll(':scope > :not(h2, [role="alert"], .actions)')) part.toggleAttribute('hidden', nothing);
    start.hidden = nothing;
    const fitting = planned.filter(({ details }) => details).length;
    start.textContent = plural(fitting, 'Save {n} photograph', 'Save {n} photographs');
    start.disabled = Boolean(run) || !fitting;
    pattern.disabled = names.disabled = Boolean(run);
    const left = planned.length - fitting;
    by('save-all-left').textContent = left
      ? plural(left, '{n} photograph with a name that does not fit will not be saved.', '{n} photographs with a name that does not fit will not be saved.')
      : '';
  }

  /**
   * Says how many photographs were saved, and where they are.
   * @param {number} done
   */
  function tell(done) {
    const rest = plural(refused.size, '{n} photograph not saved, for the reasons above.', '{n} photographs not saved, for the reasons above.');
    const words = [plural(done, '{n} photograph saved.', '{n} photographs saved.'), refused.size && rest].filter(Boolean).join(' ');
    const link = done ? [' ', element('a', { href: '/history.html' }, t('Open your history'))] : [];
    by('save-all-status').replaceChildren(words, ...link);
  }

  async function save() {
    if (typing) plan(); // it was submitted before the pattern was read
    const todo = planned.filter(({ details }) => details);
    if (run || !todo.length) return;
    const own = (run = new AbortController());
    const { signal } = own;
    let at = 0;
    let done = 0;
    refused.clear();
    plan();
    const status = (/** @type {string} */ words) => {
      if (!signal.aborted) by('save-all-status').textContent = words;
    };
    const pausing = (/** @type {number} */ seconds) =>
      status(t('Saving {number} of {total}. Trying again in {seconds} s…', { number: at, total: todo.length, seconds }));
    try {
      await saveEach(todo, {
        signal,
        save: async (photo, details) => {
          at += 1;
          status(t('Saving {number} of {total}…', { number: at, total: todo.length }));
          await savePhotograph(photo, details, { marks: marks(), signal, pausing });
          done += 1;
          saved(photo);
        },
        failed: (photo, sentence) => refused.set(photo, sentence),
      });
    } finally {
      if (run === own) {
        run = null;
        plan();
        tell(done);
      }
      look();
    }
  }

  function end() {
    run?.abort();
    run = null;
  }

  by('save-all-open').addEventListener('click', open);
  pattern.addEventListener('input', () => {
    clearTimeout(typing);
    typing = window.setTimeout(plan, TYPING_MS);
  });
  names.addEventListener('change', plan);
  dialog.addEventListener('close', end);
  by('save-all-close').addEventListener('click', () => dialog.close());
  by('save-all-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void attempt(save).then(refocus);
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
 * @param {Pick<Photo, 'name' | 'draft'>} photo
 * @param {ReturnType<ReturnType<typeof readerOf>>} labels
 * @param {boolean} named whether the name of the file is saved, too
 * @returns {Details | null}
 */
export function detailsOf({ name, draft }, labels, named) {
  if (draft) return { ...draft, file_name: named ? draft.file_name : null };
  return labels && { ...labels, note: null, file_name: named ? fileNameOf({ name }) : null };
}

/**
 * @param {Planned} planned
 * @param {string} [trouble] why it was not saved
 */
function rowOf({ photo, details }, trouble) {
  const head = element('th', { scope: 'row' }, photo.name);
  if (trouble) return element('tr', { class: 'unfit' }, head, element('td', { colspan: 4 }, `${t('Not saved.')} ${trouble}`));
  const cells = details ? wordsOf(details) : [t('does not fit'), '', '', ''];
  return element('tr', details ? {} : { class: 'unfit' }, head, ...cells.map((text) => element('td', {}, text)));
}

/** @param {Details} details */
function wordsOf({ subject, eye, taken_on: day, file_name: name }) {
  return [subject ?? t('none'), EYES[eye ?? ''] ?? '', day ? dayOf(day) : t('none'), name ?? t('none')];
}
