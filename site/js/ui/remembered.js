// What this browser keeps for the page: what a user has chosen, for the next visit, and what belongs to one tab. Where it stores
// nothing, as in some private windows, both last as long as the page. Nothing about photographs is kept here.

const PREFIX = 'retina.';
/** @type {Map<string, string>} what could not be stored */
const memory = new Map();

/**
 * What was chosen under `name`, or null.
 * @param {string} name
 */
export function remembered(name) {
  return read(() => localStorage, PREFIX + name);
}

/**
 * Returns whether it is there at the next visit.
 * @param {string} name
 * @param {string} choice
 */
export function remember(name, choice) {
  return write(() => localStorage, PREFIX + name, choice);
}

/**
 * What this tab keeps under `name`, or null.
 * @param {string} name
 */
export function keptInTab(name) {
  return read(() => sessionStorage, name);
}

/**
 * Returns whether it survives a reload.
 * @param {string} name
 * @param {string | null} value null keeps nothing any more
 */
export function keepInTab(name, value) {
  return write(() => sessionStorage, name, value);
}

/**
 * @param {() => Storage} storage may throw, and so may what it returns
 * @param {string} name
 * @returns {string | null}
 */
function read(storage, name) {
  const unstored = memory.get(name);
  if (unstored !== undefined) return unstored;
  try {
    return storage().getItem(name);
  } catch {
    return null; // the browser stores nothing
  }
}

/**
 * @param {() => Storage} storage
 * @param {string} name
 * @param {string | null} value
 */
function write(storage, name, value) {
  memory.delete(name);
  try {
    if (value === null) storage().removeItem(name);
    else storage().setItem(name, value);
    return true;
  } catch {
    if (value !== null) memory.set(name, value);
    return false;
  }
}
