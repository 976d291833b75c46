// Saving a result to the history. Enters: the photograph that is shown, and what the person says of it; leaves: the same
// photograph sent again to be kept, and a link to it. Shows nothing to whoever is not signed in.

import { detailsOf, fill } from './details.js';
import { predict } from '../api/prediction.js';
import { whenPersonChanges } from '../auth/session.js';
import { bytesOf } from '../files/source.js';
import { createTrouble } from '../ui/trouble.js';

/** `saved(photo)` is told once `photo.saved` is the id of the record. */
export function createKeep({ page, announce, saved }) {
  const by = (id) => page.querySelector(`#${id}`);
  const form = by('keep');
  const { attempt, say } = createTrouble(by('keep-trouble'));
  let shown = null;
  let signedIn = false;

  function look() {
    form.hidden = !signedIn || !shown || Boolean(shown.saved);
    by('kept').hidden = !signedIn || !shown?.saved;
    by('promise-saved').hidden = !signedIn;
    by('kept-link').href = `/history.html#${shown?.saved ?? ''}`;
  }

  function show(photo) {
    shown = photo;
    // The next photograph is often of the same visit, but of the other eye.
    fill(form, { ...detailsOf(form), eye: 'unknown', note: null });
    say('');
    look();
  }

  async function keep(photo, details) {
    const said = Object.fromEntries(Object.entries(details).filter(([, value]) => value !== null));
    const answer = await predict(await bytesOf(photo.source), photo.name, {
      outputs: 'preview',
      force: photo.force,
      signal: photo.stop.signal,
      pausing: (seconds) => (by('keep-pause').textContent = `Not saved yet. Trying again in ${seconds} s…`),
      details: { save: 'true', ...said },
    });
    photo.saved = answer.id;
    saved(photo);
    announce(`${photo.name}: saved.`);
  }

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const photo = shown;
    await attempt(() => keep(photo, detailsOf(form)), event.submitter);
    by('keep-pause').textContent = '';
    if (photo.saved && photo === shown) {
      look();
      by('kept').focus();
    }
  });

  whenPersonChanges((person) => {
    signedIn = Boolean(person);
    look();
  });

  return { show };
}
