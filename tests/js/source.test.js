// Reading photographs, finding files in dropped folders, and naming downloads.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { problem, serve } from './support/service.js';
import { sourceOfFile, sourcesOf } from '../../site/js/files/folder.js';
import { stem } from '../../site/js/files/save.js';
import { bytesOf } from '../../site/js/files/source.js';
import { sizeOf } from '../../site/js/ui/size.js';

serve(() => problem('not_found', 404));

test('bytes are read once and have the type of the file', async () => {
  const bytes = await bytesOf(sourceOfFile(new File(['abc'], 'a.png', { type: 'image/png' })));
  assert.deepEqual([await bytes.text(), bytes.type], ['abc', 'image/png']);
});

test('files that are too large or no longer exist', async () => {
  const large = /** @type {File} */ ({ size: 50 * 2 ** 20 + 1 });
  await assert.rejects(bytesOf({ name: 'a', open: () => Promise.resolve(large) }), { code: 'photograph_too_large' });
  const gone = /** @type {File} */ ({ size: 1, arrayBuffer: () => Promise.reject(new Error('gone')) });
  await assert.rejects(bytesOf({ name: 'a', open: () => Promise.resolve(gone) }), { code: 'file_unreadable' });
});

/** @param {string} path */
function fileEntry(path) {
  const file = (/** @type {(file: File) => void} */ done) => done(new File([path], path));
  return { isFile: true, isDirectory: false, fullPath: path, file };
}

/**
 * A folder that returns its entries two at a time, as browsers do a hundred at a time.
 * @param {string} path
 * @param {object[]} inside
 */
function folderEntry(path, ...inside) {
  const createReader = () => {
    const left = [...inside];
    return { readEntries: (/** @type {(portion: object[]) => void} */ done) => done(left.splice(0, 2)) };
  };
  return { isFile: false, isDirectory: true, fullPath: path, createReader };
}

/** @param {{ isDirectory: boolean, fullPath: string }[]} entries */
function dropped(...entries) {
  const items = entries.map((entry) => ({ kind: 'file', webkitGetAsEntry: () => entry }));
  const files = entries.map(({ fullPath }) => new File([], fullPath.slice(1)));
  return /** @type {DataTransfer} */ (/** @type {unknown} */ ({ items, files }));
}

test('every file in a dropped folder and its subfolders is found', async () => {
  const deep = folderEntry('/visit/left', fileEntry('/visit/left/3.jpg'));
  const visit = folderEntry('/visit', fileEntry('/visit/1.jpg'), deep, fileEntry('/visit/2.jpg'));
  const found = await sourcesOf(dropped(fileEntry('/0.jpg'), visit));
  assert.deepEqual(found.map(({ name }) => name), ['0.jpg', 'visit/1.jpg', 'visit/left/3.jpg', 'visit/2.jpg']);
  assert.equal(await (await found[2].open()).text(), '/visit/left/3.jpg');
});

test('a folder that cannot be read is one source, which says so when it is opened', async () => {
  const readEntries = (/** @type {unknown} */ _, /** @type {(error: Error) => void} */ fail) => fail(new Error('locked'));
  const locked = { ...folderEntry('/locked'), createReader: () => ({ readEntries }) };
  const [source, ...others] = await sourcesOf(dropped(locked));
  assert.deepEqual([source.name, others], ['locked', []]);
  await assert.rejects(source.open(), /locked/);
});

test('the stem of a name has no folder or extension', () => {
  assert.equal(stem('visit/left eye.v2.jpg'), 'left eye.v2');
  assert.equal(stem('plain'), 'plain');
  assert.equal(stem('.jpg'), 'photograph');
});

test('sizes for people', () => {
  assert.deepEqual([1, 2048, 2 ** 20, 2.5 * 2 ** 20].map(sizeOf), ['1\u00a0KiB', '2\u00a0KiB', '1.0\u00a0MiB', '2.5\u00a0MiB']);
});
