// Files chosen for a batch.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { problem, serve } from './support/service.js';
import { chosen, matched } from '../../site/js/files/choice.js';

serve(() => problem('not_found', 404));

/**
 * @param {string} name
 * @param {number} size
 */
function source(name, size = 3) {
  return { name, open: () => Promise.resolve(new File([new Uint8Array(size)], name)) };
}

/** @param {ReturnType<typeof source>[]} sources */
async function names(...sources) {
  const { photographs, leftOut } = await chosen(sources);
  return { names: photographs.map(({ name }) => name), leftOut };
}

test('files that operating systems add to folders are left out', async () => {
  const found = await names(source('a.jpg'), source('visit/.DS_Store'), source('Thumbs.db'), source('visit/DESKTOP.INI'));
  assert.deepEqual(found, { names: ['a.jpg'], leftOut: 3 });
});

test('names are sorted naturally', async () => {
  const found = await names(source('eye10.jpg'), source('eye9.jpg'), source('Eye1.jpg'));
  assert.deepEqual(found.names, ['Eye1.jpg', 'eye9.jpg', 'eye10.jpg']);
});

test('the start of a name that is too long is cut off', async () => {
  const { names: [name] } = await names(source(`${'x'.repeat(300)}.jpg`));
  assert.equal(name.length, 255);
  assert.ok(name.endsWith('x.jpg'));
});

test('a file that cannot be opened is reported', async () => {
  const gone = { name: 'gone.jpg', open: () => Promise.reject(new Error('NotFoundError')) };
  await assert.rejects(chosen([gone]), { code: 'file_unreadable' });
});

test('waiting items find their files by name and size', async () => {
  const { photographs } = await chosen([source('a.jpg', 3), source('b.jpg', 4), source('c.jpg', 5)]);
  const found = matched(photographs, [{ number: 7, name: 'b.jpg', size: 4 }, { number: 9, name: 'c.jpg', size: 6 }]);
  assert.deepEqual([...found].map(([number, { name }]) => [number, name]), [[7, 'b.jpg']]);
});

test('full names are matched first, then names without their folders', async () => {
  const { photographs } = await chosen([source('right/a.jpg'), source('left/a.jpg')]);
  const items = [{ number: 1, name: 'visit/right/a.jpg', size: 3 }, { number: 2, name: 'left/a.jpg', size: 3 }];
  const found = matched(photographs, items);
  assert.deepEqual([found.get(1)?.name, found.get(2)?.name], ['right/a.jpg', 'left/a.jpg']);
});

test('each file is used once, and files with the same name fill items in order', async () => {
  const { photographs } = await chosen([source('a.jpg'), source('a.jpg')]);
  const items = [1, 2, 3].map((number) => ({ number, name: 'a.jpg', size: 3 }));
  const found = matched(photographs, items);
  assert.deepEqual([...found.keys()], [1, 2]);
  assert.notEqual(found.get(1), found.get(2));
});
