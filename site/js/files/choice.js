// Turns the files and folders chosen for a batch into photographs, leaving out hidden files. File contents are not
// checked here: the service rejects what is not a photograph and says so in the batch's table.

import { limits } from '../api/about.js';
import { opened } from './source.js';

/** @import { BatchItem } from 'openapi' */
/** @import { Source } from './source.js' */

/** @typedef {{ name: string, size: number, source: Source }} Chosen `size` in bytes */

const LITTER = /^(\..*|thumbs\.db|desktop\.ini)$/i; // files that operating systems add to folders

/**
 * The `photographs` in natural order of their names, and the number of files `leftOut`.
 * @param {Source[]} sources
 */
export async function chosen(sources) {
  const wanted = sources.filter(({ name }) => !LITTER.test(baseOf(name)));
  const { name_characters: longest } = await limits();
  /** @type {Chosen[]} */
  const photographs = [];
  for (const source of wanted) {
    const { size } = await opened(source);
    photographs.push({ name: source.name.slice(-longest), size, source });
  }
  photographs.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })); // browsers list folders in any order
  return { photographs, leftOut: sources.length - wanted.length };
}

/**
 * Matches chosen photographs with waiting items by name and size, and returns the sources by item number. Where no full
 * name matches, because a folder was chosen differently than before, the names without their folders are compared.
 * @param {Chosen[]} photographs
 * @param {Pick<BatchItem, 'number' | 'name' | 'size'>[]} items
 */
export function matched(photographs, items) {
  /** @type {Map<number, Source>} */
  const found = new Map();
  const used = new Set();
  for (const nameOf of [wholeOf, baseOf]) {
    /** @type {Map<string, { number: number }[]>} */
    const waiting = new Map();
    for (const item of items.filter(({ number }) => !found.has(number))) {
      const key = `${item.size} ${nameOf(item.name)}`;
      waiting.set(key, [...(waiting.get(key) ?? []), item]);
    }
    for (const photograph of photographs.filter((other) => !used.has(other))) {
      const item = waiting.get(`${photograph.size} ${nameOf(photograph.name)}`)?.shift();
      if (!item) continue;
      used.add(photograph);
      found.set(item.number, photograph.source);
    }
  }
  return found;
}

/** @param {string} name */
function wholeOf(name) {
  return name;
}

/** @param {string} name */
function baseOf(name) {
  return name.slice(name.lastIndexOf('/') + 1);
}
