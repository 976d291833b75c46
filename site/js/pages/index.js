// The start page at work, which start.js loads. It keeps the photographs, their list, the result that is shown and what is stored of them
// in step. A photograph keeps its place in the list until it is removed.

import { createCorrectTool } from '../correction/correct-tool.js';
import { createDownloadAll, measuredNames } from '../files/download-all.js';
import { createOverview } from '../files/overview.js';
import { createSaveAll } from '../history/save-all.js';
import { createSaveForm } from '../history/save-form.js';
import { createList } from '../files/photograph-list.js';
import { createReport } from '../report/report.js';
import { createResult } from '../viewer/result.js';
import { finder } from '../ui/element.js';
import { exchangeForCopy } from '../files/reduced-copy.js';
import { csvBlob, saveBlob } from '../files/save.js';
import { tableOf } from '../files/table.js';
import { createRemoval } from '../files/removal.js';
import { releaseAll } from '../files/photo.js';
import { createWork } from '../files/work.js';
import { whenForgotten } from '../storage/forget.js';
import { createStoring } from '../storage/storing.js';
import { plural, t } from '../ui/language.js';
import { listenForNeighbours } from '../viewer/neighbours.js';
import { createPanels } from '../viewer/panels.js';
import { createPreview } from '../viewer/preview.js';
import { createViewer } from '../viewer/viewer.js';

/** @import { Photo } from '../files/photograph-list.js' */

const by = finder(document);
const files = by('files', HTMLInputElement);
const viewer = createViewer({ page: document, loadTool: () => Promise.resolve({ createCorrectTool }) });
const preview = createPreview({ page: document, viewer });
const result = createResult({ page: document, viewer, announce });
createReport({ page: document, shown: result.shown, vessel: () => viewer.colours().vessel });
const store = createStoring({
  page: document,
  restored: (found) => work.restore(found),
  showing: { isShown: (photo) => photo === shown, moved: redraw },
});
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
  list: by('list'), template: by('item-template', HTMLTemplateElement), show, again: work.retry, anyway: work.anyway, smaller: (photo) => exchangeForCopy(photo, { photographs: work.photographs, remove, add }), remove: (photo) => remove([photo]),
});
createPanels({ page: document }); // before the overview, which then finds the sheet closed
const overview = createOverview({ page: document, photographs: work.photographs, show });
const saveAll = createSaveAll({ page: document, photographs: () => [...work.photographs], marks: viewer.marks, saved });
/** @type {Photo | null} */
let shown = null;
let refreshing = 0;
listenForNeighbours(by('list'));
createDownloadAll({ page: document, photographs: () => [...work.photographs], announce });
by('clear').addEventListener('click', () => remove([...work.photographs]));
by('table').addEventListener('click', () => void saveTable());
by('stop').addEventListener('click', () => announce(plural(work.stop(), '{n} photograph stopped.', '{n} photographs stopped.')));
by('again').addEventListener('click', () => work.repeatable().forEach(work.retry));
by('marks').addEventListener('found', () => shown && store.update(shown));
viewer.whenCorrected((each) => work.withResult(each).forEach(corrected));
by('more-measurements').addEventListener('measured', () => shown && store.update(shown));
whenForgotten(() => {
  remove([...work.photographs]);
  removal.end();
});
addEventListener('beforeunload', (event) => {
  if (saveForm.isUnsaved(work.photographs) || work.wouldBeLost() || !viewer.isWritten()) event.preventDefault();
});

/** @param {string} words */
function announce(words) {
  by('announcement').textContent = words;
}

/** @param {Photo[]} photos */
export function add(photos) {
  work.add(photos);
  announce(photos.length === 1 ? t('{name}: added.', { name: photos[0].name }) : plural(photos.length, '{n} photograph added.', '{n} photographs added.'));
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
  redraw(photo);
  if (words) announce(words);
  if (photo === shown && !photo.result) leave(); // it is segmented again
  if (!shown && photo.result) show(photo);
  refresh();
}

/** @param {Photo} photo */
function redraw(photo) {
  list.change(photo);
  overview.change(photo);
}

/** @param {Photo} photo */
function corrected(photo) {
  redraw(photo);
  saveForm.look();
  store.update(photo);
}

/** @param {Photo} photo */
function saved(photo) {
  redraw(photo);
  store.update(photo);
  if (photo === shown) saveForm.show(photo);
  refresh();
}

/** @param {Photo} photo */
function show(photo) {
  if (!photo.result) return;
  const asked = shown !== null;
  shown = photo;
  list.mark(photo);
  result.show(photo.result);
  saveForm.show(photo);
  refreshNow();
  if (asked) by('result').scrollIntoView({ block: 'nearest' });
}

/** Shows no result any more. */
function leave() {
  viewer.hide();
  shown = null;
}

/** @param {Photo[]} photos */
function remove(photos) {
  work.remove(photos);
  removal.offer(photos);
  const focused = [...photos].reverse().map(list.drop).every(Boolean);
  if (!focused || !work.photographs.size) files.focus();
  if (shown && photos.includes(shown)) {
    leave();
    const next = [...work.photographs].find(({ state }) => state === 'done');
    if (next) show(next);
  }
  announce(photos.length === 1 ? t('{name}: removed.', { name: photos[0].name }) : t('All photographs removed.'));
  refresh();
}

/** Once before the browser paints next, however much has changed. */
function refresh() {
  refreshing ||= requestAnimationFrame(refreshNow);
}

function refreshNow() {
  refreshing = 0;
  const photographs = [...work.photographs];
  const count = (/** @type {Photo['state']} */ state) => photographs.filter((photo) => photo.state === state).length;
  const [done, refused] = [count('done'), count('refused')];
  const going = done + refused < photographs.length;
  document.body.classList.toggle('at-work', photographs.length > 0);
  by('workspace').hidden = !photographs.length;
  by('summary').textContent = refused
    ? t('{done} of {all} done, {refused} not segmented', { done, all: photographs.length, refused })
    : t('{done} of {all} done', { done, all: photographs.length });
  by('progress').hidden = !going;
  by('progress', HTMLProgressElement).value = (done + refused) / Math.max(1, photographs.length);
  by('table', HTMLButtonElement).disabled = done + refused === 0;
  by('zip', HTMLButtonElement).disabled = done + refused === 0;
  by('stop').hidden = !going;
  by('again').hidden = !work.repeatable().length;
  if (!photographs.length) overview.close();
  overview.look();
  saveAll.look();
  const filled = preview.look(Boolean(shown)) || Boolean(shown);
  by('result').hidden = !filled;
  by('placeholder').hidden = filled;
}

async function saveTable() {
  const listed = [...work.photographs];
  saveBlob(csvBlob([tableOf(listed, await measuredNames(listed))]), 'vessels.csv');
}
