// What a measurement is, a click on its name away: definition, drawing and source. They are made when they are wanted.

import { element } from '../ui/element.js';
import { ofService, t } from '../ui/language.js';
import { heading } from '../ui/measurements.js';
import { measurementDrawing } from './measurement-drawings.js';

/** @import { MeasurementDescription as Measurement } from 'openapi' */

/**
 * The name of a measurement, which opens what it is.
 * @param {Measurement} measurement
 */
export function definitionOf(measurement) {
  const details = element('details', { class: 'definition', 'data-measurement': measurement.name }, element('summary', { title: t('Definition') }, heading(measurement)));
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(explanation(measurement));
  });
  return details;
}

/**
 * Runs `redraw`, which makes what is within `place` anew: definitions that are open stay open, and what has the focus keeps it.
 * @param {HTMLElement} place
 * @param {() => void} redraw
 */
export function keepingDefinitions(place, redraw) {
  const definitions = () => /** @type {HTMLDetailsElement[]} */ ([...place.querySelectorAll('details.definition')]);
  const open = new Set(definitions().filter((each) => each.open).map(({ dataset }) => dataset.measurement));
  const focused = place.contains(document.activeElement) ? document.activeElement : null;
  const measurement = focused?.closest('details')?.dataset.measurement;
  redraw();
  for (const each of definitions()) each.open = open.has(each.dataset.measurement);
  if (!focused || focused.isConnected) return;
  const selector = measurement ? `[data-measurement="${measurement}"] summary` : focused.id && `#${focused.id}`;
  const again = selector && place.querySelector(selector);
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
}

/** @param {Measurement} measurement */
function explanation({ name, definition, source }) {
  const drawing = measurementDrawing(name);
  return element('div', {}, ...(drawing ? [drawing] : []), element('p', {}, ofService(definition)), element('p', {}, t('Source: {source}', { source: ofService(source) })));
}
