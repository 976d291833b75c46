// Files chosen for a batch. Enters: files and folders, chosen or dropped; leaves: photographs `{name, size, source}`, and
// how many were left out. Does not look into them: what is no photograph is told so by the service, with a row in the table.

import { limits } from '../api/about.js';
import { opened } from './source.js';

/** @import { BatchItem } from 'openapi' */
/** @import { Source } from './source.js' */

/** @typedef {{ name: string, size: number, source: Source }} Chosen `size` in bytes */

const LITTER = /^(\..*|thumbs\.db|desktop\.ini)$/i; // what computers put into folders by themselves

/**
 * `photographs` and the number `leftOut`.
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
 * The chosen photographs by the number of the waiting item that each is: of the same name and size, or, where a folder was
 * chosen another way than before, of the same name without its folders.
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
