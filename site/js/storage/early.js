// Photographs that are added before the viewer is here. They are stored in this browser at once, so that a page that is reloaded meanwhile
// has them. The viewer takes them over as they are, stored or not.

import { newPhotos } from '../files/new-photo.js';
import { opened } from '../files/source.js';
import { fileOf, sourceOf } from './blobs.js';
import { isStoringWanted } from './choice.js';
import { transact } from './database.js';
import { recordOf } from './record.js';
import { claimWorkspace, hasLocks } from './workspace.js';

/** @import { Photo } from '../files/photograph-list.js' */
/** @import { Source } from '../files/source.js' */

/** @type {Photo[]} */
const kept = [];
let isOver = false;
let queue = Promise.resolve();
let writing = Promise.resolve();

/**
 * Stores photographs one after the other, until they are handed over. What cannot be stored is left to the viewer, which says why.
 * @param {Source[]} sources
 */
export function keep(sources) {
  const photos = newPhotos(sources);
  kept.push(...photos);
  for (const photo of photos) queue = queue.then(() => store(photo)).catch(() => undefined);
}

/** @param {Photo} photo */
async function store(photo) {
  if (isOver || !isStoringWanted() || !hasLocks()) return;
  const file = await opened(photo.source);
  const workspace = await claimWorkspace();
  if (isOver) return;
  writing = write(photo, file, workspace);
  await writing;
}

/**
 * @param {Photo} photo
 * @param {File} file
 * @param {string} workspace
 */
async function write(photo, file, workspace) {
  await transact('readwrite', ['files', 'photographs', 'workspaces'], ({ files, photographs, workspaces }) => {
    files.put(file, photo.id);
    photographs.put(recordOf(photo, workspace));
    return workspaces.put({ id: workspace, touched: Date.now() });
  });
  const copied = await fileOf(photo.id);
  if (copied) Object.assign(photo, { source: sourceOf(photo.name, copied), stored: true });
}

/** The photographs, none of which is being written any more. */
export async function handOver() {
  isOver = true;
  await writing.catch(() => undefined);
  return kept.splice(0);
}

/** Whether photographs would be lost with this page. */
export function wouldBeLost() {
  return kept.some(({ stored }) => !stored);
}
