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
  const details = element('details', { class: 'definition' }, element('summary', { title: t('Definition') }, heading(measurement)));
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(explanation(measurement));
  });
  return details;
}

/** @param {Measurement} measurement */
function explanation({ name, definition, source }) {
  const drawing = measurementDrawing(name);
  return element('div', {}, ...(drawing ? [drawing] : []), element('p', {}, ofService(definition)), element('p', {}, t('Source: {source}', { source: ofService(source) })));
}
