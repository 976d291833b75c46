// Entry point of the start page, which takes in photographs. The rest (index.js with the viewer, the report...) is loaded when the browser is
// idle, or somebody is about to add a photograph: a first visit is light.

import { Refusal } from '../api/reach.js';
import { takeIn } from '../files/intake.js';
import { finder } from '../ui/element.js';
import { loadAllTexts, t } from '../ui/language.js';
import { photographsTaken, showLimits } from '../ui/limits.js';
import { createTrouble } from '../ui/trouble.js';

/** @import { Source } from '../files/source.js' */
/** @typedef {typeof import('./index.js')} Work */
/** @typedef {typeof import('../storage/early.js')} Early */

const INCOMPLETE = t('The rest of this page could not be loaded. Check your connection, reload the page, and add the photographs again if they are not there then.');
const SIGNS = /** @type {const} */ (['pointerover', 'pointerdown', 'focusin']);
const by = finder(document);
const { attempt, follow } = createTrouble(by('loading-trouble'));
/** @type {Promise<Work> | null} */
let loading = null;
/** @type {Promise<Early> | null} */
let early = null;
/** @type {Early | null} */
let arrived = null;
let waiting = 0; // photographs, for what stores them

function work() {
  loading ??= load().catch(() => {
    loading = null;
    throw new Refusal('incomplete', INCOMPLETE);
  });
  return loading;
}

/** Styles and texts first: what is stored in this browser is shown as soon as the rest has run. */
async function load() {
  await Promise.all([storage(), ...[...document.querySelectorAll('link[disabled]')].map(styled)]);
  const [loaded] = await Promise.all([import('./index.js'), import('../auth/sign-in.js')]); // for signing in beside photographs: see there
  by('workspace').dataset.ready = '';
  return loaded;
}

function storage() {
  early ??= loadAllTexts() // which it has, too
    .then(() => import('../storage/early.js'))
    .then((loaded) => (arrived = loaded))
    .finally(() => arrived || (early = null));
  return early;
}

/**
 * Resolves once a stylesheet that was disabled is in use. One that could not be loaded is disabled again, for the next attempt.
 * @param {Element} link
 * @returns {Promise<void>}
 */
function styled(link) {
  return new Promise((resolve, reject) => {
    link.addEventListener('load', () => resolve(), { once: true });
    link.addEventListener(
      'error',
      (error) => {
        link.toggleAttribute('disabled', true);
        reject(error);
      },
      { once: true },
    );
    link.toggleAttribute('disabled', false);
  });
}

/** @param {Source[]} sources */
async function add(sources) {
  if (!('ready' in by('workspace').dataset)) by('loading').textContent = t('Loading the viewer…');
  waiting += sources.length;
  await attempt(async () => {
    const { handOver } = await keep(sources);
    const viewer = await work();
    const photos = await handOver();
    if (photos.length) viewer.add(photos);
  });
  by('loading').textContent = '';
}

/** @param {Source[]} sources */
async function keep(sources) {
  try {
    const storing = await storage();
    storing.keep(sources);
    return storing;
  } catch {
    throw new Refusal('incomplete', INCOMPLETE);
  } finally {
    waiting -= sources.length;
  }
}

/** Without being asked: what fails is tried again, and reported, when a photograph is added, or at once where some are stored. */
function begin() {
  void follow(() => work().catch(async () => {
    if (!(await hasStored())) return;
    addEventListener('online', begin, { once: true });
    throw new Refusal('incomplete', t('The rest of this page could not be loaded. Photographs that this browser stores are still there. Check your connection, reload the page.'));
  }));
}

/** Whether people may expect photographs here. */
async function hasStored() {
  try {
    return (await indexedDB.databases()).some(({ name }) => name === 'retina');
  } catch {
    return false; // the browser stores nothing
  }
}

async function whenIdle() {
  const { connection } = /** @type {{ connection?: { saveData?: boolean } }} */ (navigator);
  if (connection?.saveData && !(await hasStored())) return;
  if ('requestIdleCallback' in globalThis) requestIdleCallback(begin);
  else setTimeout(begin, 200); // Safari
}

takeIn({ files: by('files', HTMLInputElement), sample: by('sample'), add: (sources) => void add(sources), announce: (words) => (by('announcement').textContent = words) });
void showLimits(by('limits'), photographsTaken);
document.addEventListener('dragenter', begin, { once: true });
addEventListener('beforeunload', (event) => (waiting || arrived?.wouldBeLost()) && event.preventDefault());
for (const sign of SIGNS) for (const id of ['drop', 'sample']) by(id).addEventListener(sign, begin, { once: true });
if (document.readyState === 'complete') void whenIdle();
else addEventListener('load', () => void whenIdle(), { once: true });
