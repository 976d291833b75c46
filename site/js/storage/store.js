// Stores the start page's photographs and results in this browser as they change, and gives them back after a reload.
// What cannot be stored is reported as a sentence; it never disturbs the work on the page.

import { Refusal } from '../api/reach.js';
import { exchange } from '../files/pictures.js';
import { opened } from '../files/source.js';
import { fileOf, picturesOf, sourceOf } from './blobs.js';
import { asRefusal, photographsOf, transact } from './database.js';
import { recordOf } from './record.js';
import { abandoned, adopt, claimWorkspace, discard, hasLocks } from './workspace.js';
import { t } from '../ui/language.js';

/** @import { Photo } from '../files/photograph-list.js' */
/** @import { Pictures } from '../files/pictures.js' */
/** @import { Result } from '../files/segmentation.js' */
/** @import { StoredPhotograph } from './record.js' */

/** @typedef {{ record: StoredPhotograph, file: File | null }} Restored */
/** @typedef {ReturnType<typeof createStore>} Store */

const PORTION = 20;
const HOUR_MS = 3600 * 1000;

/**
 * `moved(photo)` is called when the pictures of a photograph that is not shown have moved from memory to the disk, and have
 * new URLs.
 * @typedef {{ isShown: (photo: Photo) => boolean, moved: (photo: Photo) => void }} Showing
 */

/** @param {{ say: (sentence: string) => void, on: boolean, showing: Showing }} parts `say('')` when all is well again */
export function createStore({ say, on, showing }) {
  let [isOn, isPossible] = [on, true];
  /** @type {Promise<string> | null} */
  let claimed = null;
  /** @type {Set<Photo>} */
  const present = new Set();
  /** @type {Set<Photo>} */
  const changed = new Set();
  /** @type {WeakSet<Result>} whose pictures are not in memory any more */
  const onDisk = new WeakSet();
  let [records, removals, copies] = [Promise.resolve(), Promise.resolve(), Promise.resolve()];

  function workspace() {
    if (!hasLocks()) throw new Refusal('browser_stores_nothing', t('At this address the browser stores nothing for this page: the photographs are lost when you reload or leave it.'));
    claimed ??= claimWorkspace();
    return claimed;
  }

  /**
   * Runs `act` after what was begun before, and reports its failure.
   * @param {Promise<void>} before
   * @param {() => Promise<unknown>} act
   */
  async function after(before, act) {
    await before;
    try {
      await act();
    } catch (error) {
      if (isPossible) say(asRefusal(error).message); // else it has been said
    }
  }

  /** @param {Photo} photo */
  function update(photo) {
    if (!isOn || !present.has(photo)) return;
    changed.add(photo);
    records = after(records, write);
  }

  /** Everything that has changed, at once. */
  async function write() {
    const latest = [...changed].filter((photo) => present.has(photo));
    const written = latest.map(({ result }) => (result?.pictures ? { ...result.pictures } : null)); // they may be corrected meanwhile
    changed.clear();
    if (!latest.length) return;
    try {
      const id = await workspace();
      await transact('readwrite', ['photographs', 'workspaces'], ({ photographs, workspaces }) => {
        for (const photo of latest) photographs.put(recordOf(photo, id));
        return workspaces.put({ id, touched: Date.now() });
      });
    } catch (error) {
      for (const photo of latest) changed.add(photo); // they are written with the next change
      throw error;
    }
    for (const [i, photo] of latest.entries()) if (photo.result && !onDisk.has(photo.result)) await move(photo, photo.result, written[i]);
  }

  /**
   * Has the page use the stored pictures instead of those in memory.
   * @param {Photo} photo
   * @param {Result} result
   * @param {Pictures | null} written
   */
  async function move(photo, result, written) {
    const stored = await picturesOf(photo.id);
    if (!stored || !written || photo.result !== result || !present.has(photo) || showing.isShown(photo)) return;
    onDisk.add(result);
    exchange(result, written, stored);
    showing.moved(photo);
  }

  /** @param {Photo[]} photos */
  function add(photos) {
    for (const photo of photos) {
      present.add(photo);
      update(photo);
      if (isOn && !photo.stored) copies = after(copies, () => copy(photo));
    }
  }

  /**
   * Copies the file. From then on the page reads the copy, which stays on the disk and does not change.
   * @param {Photo} photo
   */
  async function copy(photo) {
    if (!isOn || !present.has(photo)) return;
    const file = await opened(photo.source).catch(() => null); // segmenting it says why it cannot be read
    if (!file) return;
    await workspace();
    await removals; // that of before it was put back would delete the copy
    await transact('readwrite', ['files'], ({ files }) => files.put(file, photo.id));
    const copied = await fileOf(photo.id);
    if (!isOn || !present.has(photo)) await transact('readwrite', ['files'], ({ files }) => files.delete(photo.id));
    else if (copied) Object.assign(photo, { source: sourceOf(photo.name, copied), stored: true });
  }

  /** @param {Photo[]} photos */
  function remove(photos) {
    for (const photo of photos) {
      present.delete(photo);
      photo.stored = false;
    }
    if (!isPossible || !hasLocks()) return;
    removals = records = after(records, () =>
      transact('readwrite', ['photographs', 'files'], (stores) => {
        for (const { id } of photos) {
          stores.photographs.delete(id);
          stores.files.delete(id);
        }
        return stores.photographs.count();
      }),
    );
  }

  /**
   * Begins or ends storing. What was stored is deleted at once.
   * @param {boolean} now
   */
  function set(now) {
    const photos = [...present];
    isOn = now;
    if (!now) remove(photos);
    for (const photo of photos) present.add(photo);
    say('');
    if (now) add(photos);
  }

  /**
   * The photographs of before, in portions, so that hundreds of them do not hold up the page.
   * @returns {AsyncGenerator<Restored[]>}
   */
  async function* restore() {
    const found = (await photographsOf(await workspace())).filter(({ id }) => ![...present].some((photo) => photo.id === id));
    found.sort((a, b) => a.order - b.order);
    for (let at = 0; at < found.length; at += PORTION) {
      yield Promise.all(found.slice(at, at + PORTION).map(async (record) => ({ record, file: await fileOf(record.id) })));
      await new Promise((resolve) => setTimeout(resolve));
    }
    touch();
  }

  /** Notes that the workspace is in use, so that its three days begin when the page is closed. */
  function touch() {
    if (!isOn || !claimed || !present.size) return;
    records = after(records, async () => {
      const id = await workspace();
      await transact('readwrite', ['workspaces'], ({ workspaces }) => workspaces.put({ id, touched: Date.now() }));
    });
  }

  addEventListener('pagehide', touch);
  setInterval(touch, HOUR_MS);

  return {
    add, update, remove, set,
    /** This browser stores nothing: it is not tried again. */
    giveUp: () => ([isOn, isPossible] = [false, false]),
    restore,
    /** @param {Photo} photo that was just restored */
    welcome(photo) {
      present.add(photo);
      if (photo.result) onDisk.add(photo.result);
    },
    abandoned: async () => abandoned(await workspace()),
    adopt: async (/** @type {string} */ id) => adopt(id, await workspace()),
    discard,
  };
}
