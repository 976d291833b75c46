// The “Save to history” form below a result, shown only to signed-in users. Saving sends the photograph again, with
// its details, and then shows a link to the record. What is typed belongs to its photograph until it is saved.

import { detailsOf, detailsToBegin, fill } from './details.js';
import { isGone } from './belongings.js';
import { saveCorrection, savePhotograph } from './save-photograph.js';
import { whenPersonChanges } from '../auth/session.js';
import { dayOf } from '../ui/dates.js';
import { finder, the } from '../ui/element.js';
import { createPhotoTrouble } from './photo-trouble.js';
import { t } from '../ui/language.js';

/** @import { Photo } from '../files/photograph-list.js' */
/** @import { Details } from './details.js' */
/** @import { Mark } from '../viewer/marks.js' */

/**
 * `marks()` are saved, too. `drafted(photo)` is called when `photo.draft` has changed, `saved(photo)` once `photo.saved` is
 * the id of the record, or null because the record was deleted.
 * @param {{ page: ParentNode, marks: () => Mark[], announce: (words: string) => void, drafted: (photo: Photo) => void, saved: (photo: Photo) => void }} parts
 */
export function createSaveForm({ page, marks, announce, drafted, saved }) {
  const by = finder(page);
  const form = by('save', HTMLFormElement);
  const trouble = createPhotoTrouble(by('save-trouble'), the(form, '.primary', HTMLButtonElement));
  const again = by('save-as-previous', HTMLButtonElement);
  const later = by('saved-correction', HTMLButtonElement);
  const laterTrouble = createPhotoTrouble(by('saved-trouble'), later);
  /** @type {Photo | null} */
  let shown = null;
  /** @type {Details | null} what the last photograph was saved with */
  let previous = null;
  /** @type {WeakMap<Photo, string>} what is said of photographs that are being saved */
  const status = new WeakMap();
  let signedIn = false;
  let stop = new AbortController();

  function look() {
    form.hidden = !signedIn || !shown || Boolean(shown.saved);
    by('saved').hidden = !signedIn || !shown?.saved;
    later.hidden = !shown || !isUnsavedCorrection(shown);
    by('saved-discarded').hidden = !shown || !isDiscarded(shown);
    by('promise-saved').hidden = !signedIn;
    const visit = previous ? [previous.subject, previous.taken_on && dayOf(previous.taken_on)].filter(Boolean).join(', ') : '';
    again.hidden = !visit;
    again.textContent = t('As for the previous photograph: {visit}', { visit });
    tellStatus();
    by('saved-link', HTMLAnchorElement).href = `/history.html#${shown?.saved ?? ''}`;
  }

  function tellStatus() {
    by('save-status').textContent = (shown && status.get(shown)) ?? '';
  }

  /** @param {Photo} photo */
  function show(photo) {
    shown = photo;
    fill(form, detailsToBegin(photo));
    for (const each of [trouble, laterTrouble]) each.show(photo);
    look();
    void check(photo);
  }

  /**
   * Offers to save a photograph again whose record was deleted in the history.
   * @param {Photo} photo
   */
  async function check(photo) {
    stop.abort();
    stop = new AbortController();
    const { saved: record } = photo;
    if (!signedIn || !record || !(await isGone(record, stop.signal)) || photo.saved !== record) return;
    photo.saved = null;
    saved(photo);
  }

  /**
   * @param {Photo} photo
   * @param {Details} details
   */
  async function save(photo, details) {
    await savePhotograph(photo, details, {
      marks: marks(),
      pausing(seconds) {
        status.set(photo, t('Not saved yet. Trying again in {seconds} s…', { seconds }));
        tellStatus();
      },
    });
    previous = details;
    saved(photo);
    announce(t('{name}: saved.', { name: photo.name }));
  }

  /** @param {Photo} photo */
  async function submit(photo) {
    const done = await trouble.attempt(photo, () => save(photo, detailsOf(form)));
    status.delete(photo);
    look();
    if (!done && photo !== shown) announce(t('{name}: not saved.', { name: photo.name }));
    if (photo.saved && photo === shown) by('saved').focus();
  }

  /** @param {Photo} photo */
  async function addCorrection(photo) {
    const done = await laterTrouble.attempt(photo, () => saveCorrection(photo));
    if (done) saved(photo);
    if (!done) announce(t('{name}: the correction was not saved.', { name: photo.name }));
    else if (photo === shown) by('saved').focus();
  }

  later.addEventListener('click', () => shown && void addCorrection(shown));

  function keepDraft() {
    if (!shown) return;
    shown.draft = detailsOf(form);
    drafted(shown);
  }

  form.addEventListener('input', keepDraft);

  again.addEventListener('click', () => {
    if (!previous) return;
    const { subject, taken_on } = previous;
    fill(form, { ...detailsOf(form), subject, taken_on });
    keepDraft();
  });

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (shown) void submit(shown);
  });

  whenPersonChanges((person) => {
    signedIn = Boolean(person);
    form.reset(); // what somebody else has typed
    for (const each of [trouble, laterTrouble]) each.forget();
    previous = null;
    if (shown) show(shown);
    else look();
  });

  return {
    show,
    look,
    /** @param {Iterable<Photo>} photos */
    isUnsaved: (photos) => signedIn && [...photos].some(({ draft, saved: record }) => draft?.note && !record),
  };
}

/**
 * Whether a saved photograph has been corrected since.
 * @param {Photo} photo
 */
function isUnsavedCorrection({ saved, result }) {
  return Boolean(saved && result?.correction && result.correction.saved !== saved);
}

/**
 * Whether the record has a correction that was discarded here.
 * @param {Photo} photo
 */
function isDiscarded({ saved, result }) {
  return Boolean(saved && result && !result.correction && result.recorded === saved);
}
