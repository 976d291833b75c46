// Measurements in their groups, and what is said of a group without a value.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { groupsOf, reasonOf } from '../../site/js/viewer/measurement-groups.js';

/** @param {string} name @param {string} group */
const measurement = (name, group) => ({
  name, group, label: name, symbol: '', unit: '', definition: '', source: '', minimum: 0, maximum: null, example: 1, scopes: [], uses_structures: false,
  display: { factor: 1, decimals: 2, unit: '', context: '' },
});
const LIST = [measurement('density', 'overview'), measurement('crae', 'disc'), measurement('length', 'overview'), measurement('avr', 'disc')];

test('groups keep the order in which they first appear', () => {
  const groups = groupsOf(LIST).map(({ name, measurements }) => [name, ...measurements.map((each) => each.name)]);
  assert.deepEqual(groups, [['overview', 'density', 'length'], ['disc', 'crae', 'avr']]);
});

test('a group without a value says why', () => {
  const [, disc] = groupsOf(LIST);
  assert.ok(disc);
  const reasons = { crae: 'No disc.', avr: 'No disc.' };
  assert.equal(reasonOf(disc, { crae: null, avr: null }, reasons), 'No disc.');
  assert.equal(reasonOf(disc, {}, {}), '');
  assert.equal(reasonOf(disc, { crae: null, avr: 0.7 }, reasons), '');
});
