// Finds the files in a drop, including those in folders, and makes a source `{name, open}` of each. `open()` resolves
// to the File. No file is read or skipped here.

/** @import { Source } from './source.js' */

/**
 * Call it while the drop event is being handled: the browser empties the DataTransfer afterwards.
 * @param {DataTransfer} transfer
 * @returns {Promise<Source[]>}
 */
export async function sourcesOf(transfer) {
  const entries = [...transfer.items].filter((item) => item.kind === 'file').map((item) => item.webkitGetAsEntry?.());
  const files = [...transfer.files];
  if (entries.length !== files.length || !entries.some((entry) => entry?.isDirectory)) return files.map(sourceOfFile);
  const found = await Promise.all(entries.map((entry, i) => (entry ? walk(entry) : Promise.resolve([sourceOfFile(files[i])]))));
  return found.flat();
}

/**
 * @param {File} file
 * @returns {Source}
 */
export function sourceOfFile(file) {
  return { name: file.webkitRelativePath || file.name || 'photograph', open: () => Promise.resolve(file) };
}

/**
 * @param {FileSystemEntry} entry
 * @returns {Promise<Source[]>}
 */
async function walk(entry) {
  const name = entry.fullPath.replace(/^\//, '');
  if (isFile(entry)) return [{ name, open: () => new Promise((resolve, reject) => entry.file(resolve, reject)) }];
  try {
    /** @type {Source[]} */
    const found = [];
    for (const child of await children(/** @type {FileSystemDirectoryEntry} */ (entry))) found.push(...(await walk(child)));
    return found;
  } catch (error) {
    return [{ name, open: () => Promise.reject(error instanceof Error ? error : new Error(String(error))) }];
  }
}

/**
 * @param {FileSystemEntry} entry
 * @returns {entry is FileSystemFileEntry}
 */
function isFile(entry) {
  return entry.isFile;
}

/**
 * Everything in a folder. Browsers return its entries in batches; an empty batch marks the end.
 * @param {FileSystemDirectoryEntry} folder
 */
async function children(folder) {
  const reader = folder.createReader();
  /** @type {FileSystemEntry[]} */
  const all = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const portion = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!portion.length) return all;
    all.push(...portion);
  }
}
