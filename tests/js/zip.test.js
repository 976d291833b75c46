// The ZIP of all results: its checksums, its names and what is in it. That other programs read it, a test in a browser shows.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 as reference } from 'node:zlib';
import { test } from 'node:test';

import './support/browser.js';
import { archiveOf } from '../../site/js/files/archive.js';
import { crc32 } from '../../site/js/files/crc32.js';
import { createUnique, safeStem } from '../../site/js/files/file-names.js';
import { zipOf } from '../../site/js/files/zip.js';

/** @typedef {import('../../site/js/files/table.js').Listed} Listed */

const { signal } = new AbortController();
const READ = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    print(json.dumps({info.filename: archive.read(info).decode("latin-1") for info in archive.infolist()}))
`;

/**
 * What Python's zipfile finds in it.
 * @param {Blob} zip
 */
async function unzipped(zip) {
  const folder = mkdtempSync(join(tmpdir(), 'zip-'));
  try {
    writeFileSync(join(folder, 'a.zip'), new Uint8Array(await zip.arrayBuffer()));
    const found = /** @type {unknown} */ (JSON.parse(execFileSync('python3', ['-c', READ, join(folder, 'a.zip')], { encoding: 'utf8' })));
    return /** @type {Record<string, string>} */ (found);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('checksums are those of zlib, also of what is read in several pieces', async () => {
  const long = new Uint8Array(600_000).map((_, i) => (i * 31) % 251);
  for (const bytes of [new Uint8Array(), new TextEncoder().encode('123456789'), long]) {
    assert.equal(await crc32(new Blob([bytes]), signal), reference(bytes));
  }
});

test('another program reads the archive', async () => {
  const entries = [['a.txt', 'first'], ['folder/größe.txt', ''], ['folder/b.bin', '\u0000\u0001']].map(([name, text]) => ({ name, blob: new Blob([text]) }));
  /** @type {number[]} */
  const progress = [];
  const found = await unzipped(await zipOf(entries, signal, (done) => void progress.push(done)));
  assert.deepEqual(found, { 'a.txt': 'first', 'folder/größe.txt': '', 'folder/b.bin': '\u0000\u0001' });
  assert.deepEqual(progress, [1, 2, 3]);
});

test('what does not fit is refused, and what is stopped ends', async () => {
  const huge = /** @type {Blob} */ ({ size: 2 ** 32 });
  await assert.rejects(zipOf([{ name: 'a', blob: huge }], signal), /4\u00a0GiB/);
  await assert.rejects(zipOf([{ name: 'a', blob: new Blob(['a']) }], AbortSignal.abort(new Error('stopped'))), /stopped/);
});

test('names are safe on every system', () => {
  const cases = {
    'left.jpg': 'left', 'visit 1/left.eye.jpg': 'visit 1/left.eye', '../../etc/passwd.png': 'etc/passwd', '/abs/a.png': 'abs/a',
    'C:\\photos\\a.png': 'C_/photos/a', 'a<b>:"|?*.jpg': 'a_b______', 'con.jpg': '_con', 'AUX/nul.txt': '_AUX/_nul', '.hidden': 'hidden',
    'end. .jpg': 'end', 'a\u202egpj.exe': 'a_gpj', '...': 'photograph', '': 'photograph', '=1+1.jpg': '=1+1',
  };
  for (const [name, safe] of Object.entries(cases)) assert.equal(safeStem(name), safe, name);
  for (const letter of ['x', '網', '🩺']) {
    const long = safeStem(`${letter.repeat(500)}.jpg`);
    assert.match(long, new RegExp(`^${letter}+$`, 'u'));
    assert.ok(new TextEncoder().encode(long).length <= 200);
  }
});

test('names are unique also where capitals do not count', () => {
  assert.deepEqual(['a', 'A', 'a', 'a (2)', 'b'].map(createUnique()), ['a', 'A (2)', 'a (3)', 'a (2) (2)', 'b']);
});

test('every photograph is in the table, and every picture in the archive', async () => {
  const png = new Blob(['png']);
  const pictures = { photograph: png, original: png, prediction: png, mask: png, overlay: null, artery_vein: png, probability: null, field_of_view: null };
  const answer = {
    photograph: { width: 9, height: 8, field_of_view: { width: 7, height: 7 } }, quality: { reasons: [] }, measurements: { vascular_density: 0.1 },
    model: { name: 'm', sha256: 's' },
  };
  const done = /** @type {Listed} */ (/** @type {unknown} */ ({ name: 'v/=a.jpg', state: 'done', code: null, sentence: '', result: { answer, pictures } }));
  const listed = [done, { ...done }, { name: 'notes.txt', state: /** @type {const} */ ('refused'), code: 'x', sentence: 'No.', result: null }];
  const entries = archiveOf(listed, ['vascular_density'], 'https://retina.test');
  assert.deepEqual(entries.map(({ name }) => name), [
    'README.txt', 'vessels.csv', 'pictures/v/=a-vessels.png', 'pictures/v/=a-arteries-veins.png', 'pictures/v/=a (2)-vessels.png',
    'pictures/v/=a (2)-arteries-veins.png',
  ]);
  assert.match(await entries[0].blob.text(), /not for diagnosis[^]*https:\/\/retina\.test/);
  const rows = (await entries[1].blob.text()).trim().split('\r\n');
  assert.equal(rows.length, 4);
  assert.ok(rows[0].endsWith(',vessels'));
  assert.ok(rows[2].endsWith('pictures/v/=a (2)-vessels.png'));
  assert.ok(rows[3].startsWith('notes.txt,refused,x,No.'));
});
