// Every measurement that the service knows has a drawing.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { parsed } from '../../site/js/api/reach.js';
import { drawingOf } from '../../site/js/viewer/measurement-drawings.js';

/** @typedef {{ components: { schemas: { MeasurementValues: { properties: Record<string, unknown> } } } }} Document */

const DOCUMENT = /** @type {Document} */ (parsed(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8')));

test('every measurement has a drawing', () => {
  const names = Object.keys(DOCUMENT.components.schemas.MeasurementValues.properties);
  assert.ok(names.length > 20);
  assert.deepEqual(names.filter((name) => !drawingOf(name)), []);
});

test('the most specific drawing is taken', () => {
  assert.equal(drawingOf('tortuosity'), 'chord');
  assert.equal(drawingOf('tortuosity_density'), 'turns');
  assert.equal(drawingOf('mean_calibre_um'), 'calibre');
  assert.equal(drawingOf('made_up'), null);
});
