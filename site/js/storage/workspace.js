// Which stored photographs belong to this tab. Each tab has a workspace of its own, so that tabs cannot disturb each
// other: its id is in sessionStorage, which survives a reload, a sign-in and a browser that restores its tabs, and a lock
// shows that a tab has it open. A workspace that no tab has open can be brought back, for three days.

import { keepInTab, keptInTab } from '../ui/remembered.js';
import { photographsOf, transact } from './database.js';

/** @import { StoredWorkspace } from './database.js' */

const STORE = 'retina.workspace';
const DAYS = 3;
const WAIT_MS = 2_000; // for the page before a reload to let go of its lock

/** A random name, also at addresses where crypto.randomUUID does not exist. */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Whether tabs can be told apart here: not at an http address other than this computer's. */
export function hasLocks() {
  return Boolean(/** @type {LockManager | undefined} */ (navigator.locks));
}

/** @type {Promise<string> | null} */
let claimed = null;

/** The id of this tab's workspace. A duplicated tab gets another one than its original. */
export function claimWorkspace() {
  claimed ??= claim();
  return claimed;
}

async function claim() {
  const before = keptInTab(STORE);
  if (before && (await locked(before, WAIT_MS))) return before;
  const id = newId();
  await locked(id, WAIT_MS);
  keepInTab(STORE, id);
  return id;
}

/**
 * Takes the lock of a workspace until the tab is closed, and resolves to whether it did. A tab that has it is waited for, 0 does not wait at
 * all; a browser that is only slow is waited for as long as it takes, or its photographs would not be shown.
 * @param {string} id
 * @param {number} patienceMs
 * @returns {Promise<boolean>}
 */
function locked(id, patienceMs) {
  const name = lockOf(id);
  const waiting = new AbortController();
  return new Promise((resolve) => {
    const watch = patienceMs && setInterval(async () => {
      const { pending = [] } = await navigator.locks.query();
      if (pending.some((each) => each.name === name)) waiting.abort();
    }, patienceMs);
    const settle = (/** @type {boolean} */ taken) => {
      clearInterval(watch);
      resolve(taken);
    };
    const options = patienceMs ? { signal: waiting.signal } : { ifAvailable: true };
    const hold = (/** @type {Lock | null} */ lock) => {
      settle(lock !== null);
      return lock && new Promise(() => {}); // never let go
    };
    navigator.locks.request(name, options, hold).catch(() => settle(false));
  });
}

/** @param {string} id */
function lockOf(id) {
  return `${STORE}.${id}`;
}

/** @typedef {StoredWorkspace & { count: number }} Abandoned `count` of photographs */

/**
 * The workspaces that no tab has open, the latest one first. Empty ones and those older than three days are deleted here.
 * @param {string} own
 * @param {number} now
 * @returns {Promise<Abandoned[]>}
 */
export async function abandoned(own, now = Date.now()) {
  /** @type {StoredWorkspace[]} */
  const all = await transact('readonly', ['workspaces'], ({ workspaces }) => workspaces.getAll());
  const { held = [] } = await navigator.locks.query();
  const open = new Set(held.map(({ name }) => name));
  const { expired, left } = sorted(all.filter(({ id }) => id !== own && !open.has(lockOf(id))), now);
  /** @type {Abandoned[]} */
  const found = [];
  for (const workspace of left) {
    const count = await transact('readonly', ['photographs'], ({ photographs }) => photographs.index('workspace').count(workspace.id));
    if (count) found.push({ ...workspace, count });
    else expired.push(workspace);
  }
  for (const { id } of expired) await discard(id);
  return found;
}

/**
 * @param {StoredWorkspace[]} workspaces
 * @param {number} now
 */
export function sorted(workspaces, now) {
  const oldest = now - DAYS * 24 * 3600 * 1000;
  const [expired, left] = [workspaces.filter(({ touched }) => touched < oldest), workspaces.filter(({ touched }) => touched >= oldest)];
  return { expired, left: left.sort((a, b) => b.touched - a.touched) };
}

/**
 * Moves the photographs of an abandoned workspace to this tab's. False if another tab has opened it in the meantime.
 * @param {string} id
 * @param {string} own
 */
export async function adopt(id, own) {
  if (!(await locked(id, 0))) return false;
  const records = await photographsOf(id);
  await transact('readwrite', ['photographs', 'workspaces'], ({ photographs, workspaces }) => {
    for (const record of records) photographs.put({ ...record, workspace: own });
    workspaces.delete(id);
    return workspaces.put({ id: own, touched: Date.now() });
  });
  return true;
}

/**
 * Deletes a workspace with its photographs.
 * @param {string} id
 */
export async function discard(id) {
  await transact('readwrite', ['workspaces', 'photographs', 'files'], ({ workspaces, photographs, files }) => {
    const keys = photographs.index('workspace').getAllKeys(id);
    keys.onsuccess = () => {
      for (const key of keys.result) {
        photographs.delete(key);
        files.delete(key);
      }
    };
    return workspaces.delete(id);
  });
}
