// Writes a ZIP file of blobs that are stored as they are (pictures do not get smaller). The archive is a blob made of the
// given ones, so however large it is, little of it is ever in memory. Times and permissions are not written.
//
// Format: PKWARE's APPNOTE.TXT 6.3, without Zip64; larger archives are refused.

import { Refusal } from '../api/reach.js';
import { t } from '../ui/language.js';
import { crc32 } from './crc32.js';

/** @typedef {{ name: string, blob: Blob }} Entry `name` with `/` between folders, safe and unique */

const VERSION = 20;
const UTF8_NAMES = 1 << 11;
const FIRST_DAY = (1 << 5) | 1; // 1 January 1980, the earliest day of MS-DOS
const LARGEST = 2 ** 32 - 1;
const MOST_ENTRIES = 2 ** 16 - 1;

/**
 * Throws a Refusal if the archive would be larger than 4 GiB, or the signal's reason if it is aborted.
 * @param {Entry[]} entries
 * @param {AbortSignal} signal
 * @param {(done: number) => void} [progress] called with the number of entries that have been read
 */
export async function zipOf(entries, signal, progress = () => {}) {
  const total = entries.reduce((sum, { name, blob }) => sum + blob.size + 2 * (name.length * 3 + 46), 22);
  if (total > LARGEST || entries.length > MOST_ENTRIES) {
    throw new Refusal('zip_too_large', t('One ZIP file holds up to 4 GiB and 65,535 files. Remove some photographs, then try again.'));
  }
  /** @type {(Uint8Array<ArrayBuffer> | Blob)[]} */
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const [i, { name, blob }] of entries.entries()) {
    const about = { name: new TextEncoder().encode(name), crc: await crc32(blob, signal), size: blob.size };
    const header = localHeader(about);
    parts.push(header, blob);
    directory.push(directoryEntry(about, offset));
    offset += header.length + blob.size;
    progress(i + 1);
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  return new Blob([...parts, ...directory, end(directory.length, size, offset)], { type: 'application/zip' });
}

/** @typedef {{ name: Uint8Array<ArrayBuffer>, crc: number, size: number }} About */

/** @param {About} about */
function localHeader(about) {
  return bytes([[0x04034b50, 4], ...common(about), [0, 2]], about.name);
}

/**
 * @param {About} about
 * @param {number} offset of its local header
 */
function directoryEntry(about, offset) {
  return bytes([[0x02014b50, 4], [VERSION, 2], ...common(about), [0, 2], [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]], about.name);
}

/**
 * What both headers share: version needed, flags, method (0 is stored), time, date, checksum, sizes, length of the name.
 * @param {About} about
 * @returns {[number, 2 | 4][]}
 */
function common({ name, crc, size }) {
  return [[VERSION, 2], [UTF8_NAMES, 2], [0, 2], [0, 2], [FIRST_DAY, 2], [crc, 4], [size, 4], [size, 4], [name.length, 2]];
}

/**
 * @param {number} entries
 * @param {number} size of the directory
 * @param {number} offset of the directory
 */
function end(entries, size, offset) {
  return bytes([[0x06054b50, 4], [0, 2], [0, 2], [entries, 2], [entries, 2], [size, 4], [offset, 4], [0, 2]]);
}

/**
 * Numbers of two or four bytes, the lowest byte first, and then `more`.
 * @param {[number, 2 | 4][]} numbers
 * @param {Uint8Array} [more]
 */
function bytes(numbers, more = new Uint8Array()) {
  const length = numbers.reduce((sum, [, width]) => sum + width, 0);
  const made = new Uint8Array(length + more.length);
  const view = new DataView(made.buffer);
  let at = 0;
  for (const [number, width] of numbers) {
    if (width === 2) view.setUint16(at, number, true);
    else view.setUint32(at, number, true);
    at += width;
  }
  made.set(more, length);
  return made;
}
