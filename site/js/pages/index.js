// The page, wired. Enters: sources from the intake; leaves: photographs that move from waiting to done or refused, the
// list and the result in step with them. Holds every photograph there is; each keeps its place until it is removed.

import { takeIn } from '../files/intake.js';
import { createKeep } from '../history/keep.js';
import { createList } from '../files/photograph-list.js';
import { Refusal } from '../api/reach.js';
import { createQueue } from '../files/job-queue.js';
import { createResult } from '../viewer/result.js';
import { saveBlob } from '../files/save.js';
import { release, segment } from '../files/segmentation.js';
import { tableOf } from '../files/table.js';
import { createViewer } from '../viewer/viewer.js';

const AT_ONCE = 2;
const by = (id) => document.querySelector(`#${id}`);
const photographs = new Set();
const enqueue = createQueue(AT_ONCE);
const viewer = createViewer({ page: document });
const result = createResult({ page: document, viewer, announce });
const keep = createKeep({ page: document, announce, saved: (photo) => list.change(photo) });
const list = createList({ list: by('list'), template: by('item-template'), show, again: retry, anyway, remove });
let shown = null;

takeIn({ files: by('files'), sample: by('sample'), add, announce });
by('clear').addEventListener('click', removeAll);
by('table').addEventListener('click', saveTable);

function announce(words) {
  by('announcement').textContent = words;
}

function add(sources) {
  for (const source of sources) {
    const photo = { name: source.name, source, force: false };
    photographs.add(photo);
    list.add(start(photo));
  }
  announce(sources.length === 1 ? `${sources[0].name}: added.` : `${sources.length} photographs added.`);
  refresh();
}

/** From the beginning, also after a refusal. */
function start(photo) {
  Object.assign(photo, { state: 'waiting', sentence: '', code: null, result: null, saved: null, stop: new AbortController() });
  enqueue(() => run(photo));
  return photo;
}

async function run(photo) {
  const { signal } = photo.stop;
  if (signal.aborted) return;
  change(photo, { state: 'segmenting' });
  const pausing = (seconds) => change(photo, { sentence: `The server is busy. Trying again in ${seconds} s…` });
  try {
    const segmented = await segment(photo.source, { force: photo.force, signal, pausing });
    change(photo, { state: 'done', sentence: '', result: segmented });
    if (!shown) show(photo);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Refusal)) console.error(error);
    const foreseen = error instanceof Refusal ? error : new Refusal('page_error', 'Something went wrong on this page. Try again.');
    change(photo, { state: 'refused', sentence: foreseen.message, code: foreseen.code });
  }
}

function change(photo, changes) {
  Object.assign(photo, changes);
  list.change(photo);
  announce(`${photo.name}: ${{ segmenting: photo.sentence || 'segmenting.', done: 'done.', refused: photo.sentence }[photo.state]}`);
  refresh();
}

function retry(photo) {
  list.change(start(photo));
  refresh();
}

function anyway(photo) {
  photo.force = true;
  retry(photo);
}

function show(photo) {
  const asked = shown !== null;
  shown = photo;
  list.mark(photo);
  result.show(photo.result);
  keep.show(photo);
  refresh();
  if (asked) by('result').scrollIntoView({ block: 'nearest' });
}

function remove(photo) {
  photo.stop.abort();
  photographs.delete(photo);
  if (!list.drop(photo)) by('files').focus();
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
  by('files').focus();
}

function refresh() {
  const count = (state) => [...photographs].filter((photo) => photo.state === state).length;
  const [done, refused] = [count('done'), count('refused')];
  document.body.classList.toggle('at-work', photographs.size > 0);
  by('workspace').hidden = photographs.size === 0;
  by('summary').textContent = `${done} of ${photographs.size} done${refused ? `, ${refused} not segmented` : ''}`;
  by('table').disabled = done + refused === 0;
  by('result').hidden = !shown;
  by('placeholder').hidden = Boolean(shown);
}

function saveTable() {
  saveBlob(new Blob([tableOf([...photographs])], { type: 'text/csv' }), 'vessels.csv');
}
