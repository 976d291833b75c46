// The keyboard's keys that the pages list are those that they listen to.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const SITE = new URL('../../site/', import.meta.url);
const read = (/** @type {string} */ path) => readFileSync(new URL(path, SITE), 'utf8');
/** @type {(path: string, pattern: RegExp) => string[]} the first groups */
const found = (path, pattern) => [...read(path).matchAll(pattern)].map(([, key]) => key);
const VIEWER = ['viewer', 'tools', 'segments', 'zoom', 'aim'].map((name) => `js/viewer/${name}.js`);

/** As the lists call it. @type {Record<string, string>} */
const NAMES = { arrowleft: '←', arrowup: '↑', arrowright: '→', arrowdown: '↓', '-': '−', enter: 'Enter', escape: 'Esc', ' ': 'Space' };
const named = (/** @type {string[]} */ keys) => keys.map((key) => NAMES[key.toLowerCase()] ?? key.toUpperCase());

/** Keys of the viewer, wherever it is. */
function ofViewer() {
  const digits = [...found('js/viewer/viewer.js', /^const VIEWS = .*\[(.*)\]\)/gm), ...found('js/viewer/marks.js', /^const MARKS = .*\[(.*)\]\)/gm)].flatMap((names) => names.split(','));
  return [
    ...digits.map((_, i) => String(i + 1)),
    ...VIEWER.flatMap((path) => found(path, /\['(.)', (?:\(\) =>|zoom\.|fullScreen|correct\.)/g)),
    ...found('js/viewer/tools.js', /(\w): '(?:wipe|loupe|probability|distance)'/g),
    ...found('js/viewer/neighbours.js', /(\w): -?1/g),
    ...VIEWER.flatMap((path) => found(path, /event\.key [!=]== '(\w+)'/g)),
    ...VIEWER.flatMap((path) => found(path, /(Arrow\w+):/g)),
  ];
}

/** Those of the correction. */
function ofCorrection() {
  return [
    ...found('js/correction/correct-keys.js', /\['(.|escape)', (?:\(\) =>|done)/g),
    ...found('js/correction/correct-keys.js', /\['(?:shift\+)?(z)', /g),
    ...found('js/correction/strokes.js', /event\.key [!=]== '(.)'/g),
  ];
}

/** @param {string} page */
function listed(page) {
  const [section] = /<section class="keys"[^]*?<\/section>/.exec(read(page)) ?? [''];
  return [...section.matchAll(/<kbd>(.*?)<\/kbd>/g)].map(([, key]) => key);
}

const sorted = (/** @type {string[]} */ keys) => [...new Set(keys)].sort();
/** Keys that change what others do, and = for those whose keyboard has + above it. */
const BESIDE = ['=', 'Ctrl', 'Shift', '⌘'];
const without = (/** @type {string[]} */ keys, /** @type {string[]} */ others) => keys.filter((key) => !others.includes(key));

test('the start page lists the keys of the viewer and the correction, and of pasting', () => {
  const keys = named([...ofViewer(), ...ofCorrection(), ...found('js/files/intake.js', /'(paste)'/g).map(() => 'v')]);
  assert.ok(keys.length > 30);
  assert.deepEqual(sorted(without(listed('index.html'), BESIDE)), sorted(without(keys, BESIDE)));
});

test('the history lists those of the viewer and the correction, and that of two visits', () => {
  const keys = named([...ofViewer(), ...ofCorrection(), ...found('js/history/pair-view.js', /toLowerCase\(\) === '(\w)'/g)]);
  assert.deepEqual(sorted(without(listed('history.html'), BESIDE)), sorted(without(keys, BESIDE)));
});

test('no other part of the viewer listens to keys; panels to Escape, which closes a sheet', () => {
  const parts = readdirSync(new URL('js/viewer/', SITE)).filter((name) => read(`js/viewer/${name}`).includes("'keydown'"));
  assert.deepEqual(parts.sort(), ['aim.js', 'neighbours.js', 'panels.js', 'tools.js', 'viewer.js', 'zoom.js']);
});
