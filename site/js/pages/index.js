// Entry point of the start page. It holds all photographs, segments two at a time, and keeps the list and the result
// in step. A photograph keeps its place in the list until it is removed.

import { measurementList } from '../api/about.js';
import { takeIn } from '../files/intake.js';
import { createSaveForm } from '../history/save-form.js';
import { createList } from '../files/photograph-list.js';
import { Refusal } from '../api/reach.js';
import { createQueue } from '../files/job-queue.js';
import { createResult } from '../viewer/result.js';
import { finder } from '../ui/element.js';
import { csvBlob, saveBlob } from '../files/save.js';
import { release, segment } from '../files/segmentation.js';
import { measuredOn, tableOf } from '../files/table.js';
import { photographsTaken, showLimits } from '../ui/limits.js';
import { listenForNeighbours } from '../viewer/neighbours.js';
import { createPanels } from '../viewer/panels.js';
import { createPreview } from '../viewer/preview.js';
import { createViewer } from '../viewer/viewer.js';

/** @import { Photo } from '../files/photograph-list.js' */
/** @import { Source } from '../files/source.js' */
/** @import { Picture } from '../viewer/preview.js' */

const AT_ONCE = 2;
const by = finder(document);
const files = by('files', HTMLInputElement);
/** @type {Set<Photo>} */
const photographs = new Set();
const enqueue = createQueue(AT_ONCE);
const viewer = createViewer({ page: document });
const preview = createPreview({ page: document, viewer });
const result = createResult({ page: document, viewer, announce });
const saveForm = createSaveForm({ page: document, marks: viewer.marks, announce, saved: (photo) => list.change(photo) });
const list = createList({ list: by('list'), template: by('item-template', HTMLTemplateElement), show, again: retry, anyway, remove });
/** @type {Photo | null} */
let shown = null;

takeIn({ files, sample: by('sample'), add, announce });
listenForNeighbours(by('list'));
createPanels({ page: document });
void showLimits(by('limits'), photographsTaken);
by('clear').addEventListener('click', removeAll);
by('table').addEventListener('click', () => void saveTable());

/** @param {string} words */
function announce(words) {
  by('announcement').textContent = words;
}

/** @param {Source[]} sources */
function add(sources) {
  for (const source of sources) {
    const photo = { name: source.name, source, force: false, ...beginning() };
    photographs.add(photo);
    list.add(photo);
    enqueue(() => run(photo));
  }
  announce(sources.length === 1 ? `${sources[0].name}: added.` : `${sources.length} photographs added.`);
  refresh();
}

/**
 * The state of a photograph before it is segmented, for the first time or again.
 * @returns {Pick<Photo, 'state' | 'sentence' | 'code' | 'result' | 'saved' | 'stop'>}
 */
function beginning() {
  return { state: 'waiting', sentence: '', code: null, result: null, saved: null, stop: new AbortController() };
}

/** @param {Photo} photo */
async function run(photo) {
  const { signal } = photo.stop;
  if (signal.aborted) return;
  change(photo, { state: 'segmenting' });
  const pausing = (/** @type {number} */ seconds) => change(photo, { sentence: `The server is busy. Trying again in ${seconds} s…` });
  const decoded = (/** @type {Picture} */ picture) => {
    preview.begin(photo, picture);
    refresh();
  };
  try {
    const segmented = await segment(photo.source, { force: photo.force, marks: viewer.marks(), signal, pausing, decoded });
    change(photo, { state: 'done', sentence: '', result: segmented });
    if (!shown) show(photo);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Refusal)) console.error(error);
    const foreseen = error instanceof Refusal ? error : new Refusal('page_error', 'Something went wrong on this page. Try again.');
    change(photo, { state: 'refused', sentence: foreseen.message, code: foreseen.code });
  } finally {
    preview.end(photo);
    refresh();
  }
}

/**
 * @param {Photo} photo
 * @param {Partial<Photo>} changes
 */
function change(photo, changes) {
  Object.assign(photo, changes);
  list.change(photo);
  announce(`${photo.name}: ${photo.state === 'done' ? 'done.' : photo.sentence || 'segmenting.'}`);
  refresh();
}

/** @param {Photo} photo */
function retry(photo) {
  Object.assign(photo, beginning());
  enqueue(() => run(photo));
  list.change(photo);
  refresh();
}

/** @param {Photo} photo */
function anyway(photo) {
  photo.force = true;
  retry(photo);
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

/** @param {Photo} photo */
function remove(photo) {
  photo.stop.abort();
  photographs.delete(photo);
  preview.end(photo);
  if (!list.drop(photo)) files.focus();
  if (photo === shown) {
    viewer.hide();
    shown = null;
    const next = [...photographs].find((other) => other.state === 'done');
    if (next) show(next);
  }
  if (photo.result) release(photo.result);
  announce(`${photo.name}: removed.`);
  refresh();
}

function removeAll() {
  [...photographs].reverse().forEach(remove);
  announce('All photographs removed.');
  files.focus();
}

function refresh() {
  const count = (/** @type {Photo['state']} */ state) => [...photographs].filter((photo) => photo.state === state).length;
  const [done, refused] = [count('done'), count('refused')];
  document.body.classList.toggle('at-work', photographs.size > 0);
  by('workspace').hidden = photographs.size === 0;
  by('summary').textContent = `${done} of ${photographs.size} done${refused ? `, ${refused} not segmented` : ''}`;
  by('table', HTMLButtonElement).disabled = done + refused === 0;
  const filled = preview.look(Boolean(shown)) || Boolean(shown);
  by('result').hidden = !filled;
  by('placeholder').hidden = filled;
}

async function saveTable() {
  const listed = [...photographs];
  const measured = await measurementList().then((known) => known.map(({ name }) => name), () => measuredOn(listed));
  saveBlob(csvBlob([tableOf(listed, measured)]), 'vessels.csv');
}
