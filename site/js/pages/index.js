// Entry point of the start page. It keeps the photographs, their list, the result that is shown and what is stored of them
// in step. A photograph keeps its place in the list until it is removed.

import { measurementList } from '../api/about.js';
import { takeIn } from '../files/intake.js';
import { createSaveForm } from '../history/save-form.js';
import { createList } from '../files/photograph-list.js';
import { createResult } from '../viewer/result.js';
import { finder } from '../ui/element.js';
import { csvBlob, saveBlob } from '../files/save.js';
import { measuredOn, tableOf } from '../files/table.js';
import { photographsTaken, showLimits } from '../ui/limits.js';
import { createRemoval } from '../files/removal.js';
import { createWork, isGoing, releaseAll } from '../files/work.js';
import { whenForgotten } from '../storage/forget.js';
import { createStoring } from '../storage/storing.js';
import { listenForNeighbours } from '../viewer/neighbours.js';
import { createPanels } from '../viewer/panels.js';
import { createPreview } from '../viewer/preview.js';
import { createViewer } from '../viewer/viewer.js';

/** @import { Photo } from '../files/photograph-list.js' */

const by = finder(document);
const files = by('files', HTMLInputElement);
const viewer = createViewer({ page: document });
const preview = createPreview({ page: document, viewer });
const result = createResult({ page: document, viewer, announce });
const store = createStoring({ page: document, restored: (found) => work.restore(found) });
const work = createWork({
  store,
  marks: viewer.marks,
  decoded(photo, picture) {
    preview.begin(photo, picture);
    refresh();
  },
  appeared,
  changed,
  ended(photo) {
    preview.end(photo);
    refresh();
  },
});
const removal = createRemoval({ page: document, putBack: work.putBack, gone: releaseAll });
const saveForm = createSaveForm({ page: document, marks: viewer.marks, announce, drafted: store.update, saved });
const list = createList({
  list: by('list'), template: by('item-template', HTMLTemplateElement), show, again: work.retry, anyway: work.anyway, remove: (photo) => remove([photo]),
});
/** @type {Photo | null} */
let shown = null;

takeIn({ files, sample: by('sample'), add, announce });
listenForNeighbours(by('list'));
createPanels({ page: document });
void showLimits(by('limits'), photographsTaken);
by('clear').addEventListener('click', () => remove([...work.photographs]));
by('table').addEventListener('click', () => void saveTable());
by('stop').addEventListener('click', () => announce(`${work.stop()} photographs stopped.`));
by('again').addEventListener('click', () => work.repeatable().forEach(work.retry));
by('marks').addEventListener('found', () => shown && store.update(shown));
whenForgotten(() => {
  remove([...work.photographs]);
  removal.end();
});
addEventListener('beforeunload', (event) => {
  if (saveForm.isUnsaved(work.photographs) || wouldBeLost()) event.preventDefault();
});

/** @param {string} words */
function announce(words) {
  by('announcement').textContent = words;
}

/** @param {Parameters<typeof work.add>[0]} sources */
function add(sources) {
  work.add(sources);
  announce(sources.length === 1 ? `${sources[0].name}: added.` : `${sources.length} photographs added.`);
}

/** @param {Photo[]} photos */
function appeared(photos) {
  photos.forEach(list.add);
  const done = photos.find(({ state }) => state === 'done');
  if (!shown && done) show(done);
  refresh();
}

/**
 * @param {Photo} photo
 * @param {string | null} words
 */
function changed(photo, words) {
  list.change(photo);
  if (words) announce(words);
  if (!shown && photo.result) show(photo);
  refresh();
}

/** @param {Photo} photo */
function saved(photo) {
  list.change(photo);
  store.update(photo);
}

/** @param {Photo} photo */
function show(photo) {
  if (!photo.result) return;
  const asked = shown !== null;
  shown = photo;
  list.mark(photo);
  result.show(photo.result);
  saveForm.show(photo);
  refresh();
  if (asked) by('result').scrollIntoView({ block: 'nearest' });
}

/** @param {Photo[]} photos */
function remove(photos) {
  work.remove(photos);
  removal.offer(photos);
  const focused = [...photos].reverse().map(list.drop).every(Boolean);
  if (!focused || !work.photographs.size) files.focus();
  if (shown && photos.includes(shown)) {
    viewer.hide();
    shown = null;
    const next = [...work.photographs].find(({ state }) => state === 'done');
    if (next) show(next);
  }
  announce(photos.length === 1 ? `${photos[0].name}: removed.` : 'All photographs removed.');
  refresh();
}

/** Whether leaving the page ends work that does not go on after a reload. */
function wouldBeLost() {
  return [...work.photographs].some((photo) => isGoing(photo) && !photo.stored);
}

function refresh() {
  const photographs = [...work.photographs];
  const count = (/** @type {Photo['state']} */ state) => photographs.filter((photo) => photo.state === state).length;
  const [done, refused] = [count('done'), count('refused')];
  document.body.classList.toggle('at-work', photographs.length > 0);
  by('workspace').hidden = !photographs.length;
  by('summary').textContent = `${done} of ${photographs.length} done${refused ? `, ${refused} not segmented` : ''}`;
  by('table', HTMLButtonElement).disabled = done + refused === 0;
  by('stop').hidden = !photographs.some(isGoing);
  by('again').hidden = !work.repeatable().length;
  const filled = preview.look(Boolean(shown)) || Boolean(shown);
  by('result').hidden = !filled;
  by('placeholder').hidden = filled;
}

async function saveTable() {
  const listed = [...work.photographs];
  const measured = await measurementList().then((known) => known.map(({ name }) => name), () => measuredOn(listed));
  saveBlob(csvBlob([tableOf(listed, measured)]), 'vessels.csv');
}
